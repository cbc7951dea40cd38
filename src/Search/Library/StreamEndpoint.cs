using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Search.Library;

/// <summary><c>GET /api/v1/videos/{id}/stream</c>: the original, whole or in ranges, for players to seek in.</summary>
internal static class StreamEndpoint
{
    private const string Bytes = "application/octet-stream";
    private static readonly FileExtensionContentTypeProvider s_types = new();

    public static void Map(IEndpointRouteBuilder app)
    {
        Map(HttpMethods.Get).WithName("streamVideo").WithSummary("The original video; answers range requests.");
        Map(HttpMethods.Head).WithName("streamVideoHead").WithSummary("The headers of the original video's stream.");

        RouteHandlerBuilder Map(string method) => app.MapMethods("/api/v1/videos/{id}/stream", [method], GetAsync)
            .Produces<Stream>(StatusCodes.Status200OK, "video/mp4", "video/webm", Bytes)
            .Produces<Stream>(StatusCodes.Status206PartialContent, "video/mp4", "video/webm", Bytes)
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status410Gone)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status416RangeNotSatisfiable)
            .TakesHeader("Range", "Which bytes; default all.", "bytes=0-1023");
    }

    /// <summary>The path of a video's stream.</summary>
    public static string PathOf(Guid video, CollectionId collection) => $"/api/v1/videos/{video}/stream".In(collection);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetAsync(string id, CollectionCatalog own,
        IBlobStore blobs, HttpResponse http, CancellationToken cancel)
    {
        if (await own.FindAsync(id, cancel) is not { } entry)
            return VideoEndpoints.NotFound(id);
        if (await OpenAsync(entry, blobs, cancel) is not { } original)
            return Problems.Of(StatusCodes.Status410Gone, "original-gone",
                $"the original of '{entry.Name}' is gone or has changed; upload it again");
        http.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(original, TypeOf(entry), entityTag: new EntityTagHeaderValue($"\"{entry.Sha256}\""),
            enableRangeProcessing: true);
    }

    private static async ValueTask<Stream?> OpenAsync(CatalogEntry entry, IBlobStore blobs, CancellationToken cancel)
    {
        if (FileSource.PathIn(entry.Source) is not { } path)
            return await blobs.OpenReadAsync(entry.Source, cancel);
        try
        {
            var file = RegularFile.Open(path);
            if (file.Length == entry.Bytes)
                return file;
            await file.DisposeAsync();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The caller answers that it is gone.
        }
        return null;
    }

    /// <summary>
    /// By what the file is, or else by its name's extension; videos and pictures only: nothing that a browser would run.
    /// </summary>
    private static string TypeOf(CatalogEntry entry) =>
        entry.Format is { } format && BrowserPlayback.ContentType(format.Container, format.Codec) is { } known ? known
        : s_types.TryGetContentType(entry.Name, out var type)
            && (type.StartsWith("video/", StringComparison.Ordinal) || type == "image/gif") ? type : Bytes;
}
