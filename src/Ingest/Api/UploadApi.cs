using Microsoft.AspNetCore.Routing;

namespace TcMgc.Ingest.Api;

/// <summary>
/// The endpoints that accept videos: as a whole, in parts that survive a broken connection, or from a URL; and their transcripts.
/// </summary>
public static class UploadApi
{
    /// <summary>Adds the endpoints; needs <see cref="UploadServices.AddUploads"/>.</summary>
    public static IEndpointRouteBuilder MapUploadApi(this IEndpointRouteBuilder app)
    {
        UploadEndpoint.Map(app);
        UrlEndpoint.Map(app);
        TusEndpoints.Map(app);
        TranscriptEndpoint.Map(app);
        return app;
    }
}
