using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TcMgc.Hosting.Access;

namespace TcMgc.Ingest.Api;

/// <summary>
/// The endpoints that accept videos: as a whole, in parts that survive a broken connection, or from a URL; and their transcripts.
/// </summary>
public static class UploadApi
{
    /// <summary>Adds the endpoints; needs <see cref="UploadServices.AddUploads"/>.</summary>
    public static IEndpointRouteBuilder MapUploadApi(this IEndpointRouteBuilder app)
    {
        var upload = app.MapGroup("").RequireAuthorization(Scopes.Upload);
        UploadEndpoint.Map(upload);
        UrlEndpoint.Map(upload);
        TusEndpoints.Map(upload);
        TranscriptEndpoint.Map(app);
        return app;
    }
}
