using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Shared.Hosting;

namespace TcMgc.Search.Api;

/// <summary><c>POST /api/search/image</c>: the moments that look like a still, given as the body or as a form's only file.</summary>
internal static class ImageSearchEndpoint
{
    /// <summary>What a form adds to its file.</summary>
    private const int FormBytes = 1 << 16;

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/search/image", SearchAsync)
        .WithName("searchImage").WithSummary("Find the moments that look like a still image.")
        .Accepts<IFormFile>("multipart/form-data", "*/*")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<SearchResponse>, ProblemHttpResult>> SearchAsync(HttpRequest http, SearchEngine engine,
        VideoTextModel model, StillDecoder decoder, SearchOptions options, [AsParameters] ImageQuery query, CancellationToken cancel)
    {
        if (query.Reason is { } reason)
            return SearchEndpoints.OutOfRange(reason);
        var request = query.ToRequest();
        if (SearchEndpoints.Problem(request) is { } problem)
            return problem;
        if (http.ContentLength > options.LargestImage + FormBytes)
            return TooLarge(options);
        Allow(http, options.LargestImage + FormBytes);
        if (await PictureAsync(http, cancel).ConfigureAwait(false) is not { } picture)
            return Problems.Of(StatusCodes.Status400BadRequest, "image-missing", "the form must have exactly one file; or send the image as the body");
        await using var _ = picture.ConfigureAwait(false);
        var still = await decoder.DecodeAsync(picture, model.FrameSide, cancel).ConfigureAwait(false);
        return still.Value is { } rgb
            ? TypedResults.Ok(SearchEndpoints.Shown(await engine.SearchImageAsync(rgb, request, cancel).ConfigureAwait(false)))
            : Problems.Of(StatusCodes.Status400BadRequest, "image-unreadable", $"the image {still.Reason}");
    }

    private static ProblemHttpResult TooLarge(SearchOptions options) => Problems.Of(StatusCodes.Status413PayloadTooLarge, "image-too-large",
        $"the image is larger than the limit ({options.LargestImage >> 20} MiB)");

    private static void Allow(HttpRequest http, long bytes)
    {
        if (http.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = bytes;
    }

    private static async ValueTask<Stream?> PictureAsync(HttpRequest http, CancellationToken cancel)
    {
        if (http.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) is not true)
            return http.Body; // Whatever its type is called: curl calls it a form's fields.
        var form = await http.ReadFormAsync(cancel).ConfigureAwait(false);
        return form.Files is [var file] ? file.OpenReadStream() : null;
    }
}
