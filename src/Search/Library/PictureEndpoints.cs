using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Limits;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary>
/// <c>GET /api/v1/videos/{id}/thumbnail</c> and <c>/preview</c>: JPEG pictures of a video, made when it is decoded, or else when
/// first asked for.
/// </summary>
internal static class PictureEndpoints
{
    private const int DefaultWidth = 320, SmallestWidth = 16, LargestWidth = 1920;
    private const string Jpeg = "image/jpeg";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/videos/{id}/thumbnail", ThumbnailAsync).Limit(Work.Picture)
            .WithName("thumbnail").WithSummary("The picture at a time of a video, or one that stands for the whole of it.")
            .Produces<Stream>(StatusCodes.Status200OK, Jpeg).ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status410Gone);
        app.MapGet("/api/v1/videos/{id}/preview", PreviewAsync).Limit(Work.Picture)
            .WithName("preview").WithSummary("Pictures of a whole video, one a second, as one.")
            .Produces<Stream>(StatusCodes.Status200OK, Jpeg).ProducesProblem(StatusCodes.Status404NotFound)
                .ProducesProblem(StatusCodes.Status410Gone);
    }

    /// <summary>The path of the picture that stands for a video.</summary>
    public static string PosterOf(Guid video, CollectionId collection) => $"/api/v1/videos/{video}/thumbnail".In(collection);

    /// <summary>The path of a moment's picture.</summary>
    public static string ThumbnailOf(Guid video, CollectionId collection, double time) =>
        string.Create(CultureInfo.InvariantCulture, $"/api/v1/videos/{video}/thumbnail?time={time:0.###}").In(collection);

    /// <summary>The path of a video's strip.</summary>
    public static string PreviewOf(Guid video, CollectionId collection) => $"/api/v1/videos/{video}/preview".In(collection);

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ThumbnailAsync(
        string id, CollectionCatalog own, Pictures pictures, HttpResponse http, CancellationToken cancel,
        [Description("Where in the video, in seconds; default one that stands for the whole of it.")] double? time = null,
        [Description("How wide, 16 to 1920 pixels; default 320.")] int width = DefaultWidth)
    {
        if (time is { } at && (!double.IsFinite(at) || at < 0) || width is < SmallestWidth or > LargestWidth)
            return Problems.Of(StatusCodes.Status400BadRequest, "out-of-range",
                $"time must be at least 0 and width from {SmallestWidth} to {LargestWidth}");
        return await FindAsync(id, own, cancel) is { } entry
            ? Answer(entry, await pictures.ThumbnailAsync(entry, time, width, cancel), http)
            : VideoEndpoints.NotFound(id);
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> PreviewAsync(
        string id, CollectionCatalog own, Pictures pictures, HttpResponse http, CancellationToken cancel) =>
        await FindAsync(id, own, cancel) is { } entry
            ? Answer(entry, await pictures.PreviewAsync(entry, cancel), http)
            : VideoEndpoints.NotFound(id);

    /// <summary>The video, if it was decoded, so that it has a picture; else null.</summary>
    private static async ValueTask<CatalogEntry?> FindAsync(string id, CollectionCatalog own, CancellationToken cancel) =>
        await own.FindAsync(id, cancel) is { Duration: not null } entry ? entry : null;

    private static Results<FileContentHttpResult, ProblemHttpResult> Answer(CatalogEntry entry, MediaResult<byte[]> picture,
        HttpResponse http)
    {
        if (picture.Value is not { } jpeg)
            return Problems.Of(StatusCodes.Status410Gone, "picture-gone", $"'{entry.Name}' {picture.Reason}");
        http.Headers.CacheControl = "private, max-age=86400"; // A video's content never changes: its id is made of it.
        return TypedResults.Bytes(jpeg, Jpeg, entityTag: new EntityTagHeaderValue($"\"{entry.Sha256[..16]}\""));
    }
}
