using Microsoft.AspNetCore.Routing;

namespace TcMgc.Ingest.Api;

/// <summary>Taking videos in over HTTP: whole, in parts that survive a broken connection, or from a URL; and what is said in them.</summary>
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
