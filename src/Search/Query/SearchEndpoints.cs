using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Limits;
using TcMgc.Search.Library;
using TcMgc.Shared;

namespace TcMgc.Search.Query;

/// <summary>
/// <c>POST /api/v1/search</c>: the moments that sentences describe, or that look like an image or like a segment.
/// </summary>
internal static class SearchEndpoints
{
    private const int MostSegmentsEach = 100, LargestQuery = 1 << 16;

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/v1/search", SearchAsync)
        .Limit(Work.Search)
        .WithName("search").WithSummary("Find the moments that sentences describe, or that look like an image or like a segment.")
        .WithExample("""{"text": "a dog catches a frisbee on the beach", "top": 5, "filter": {"tags": ["holiday"]}}""")
        .WithExampleAnswer(VideoExamples.SearchAnswer)
        // An image in base64 is a third larger; one that is somewhat too large is still read, for a clear answer.
        .WithMetadata(new RequestSizeLimitAttribute(
            LargestQuery + (2 * app.ServiceProvider.GetRequiredService<SearchOptions>().LargestImage)))
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<SearchAnswer>, ProblemHttpResult>> SearchAsync(
        SearchQuery query, CollectionCatalog own, SearchEngine engine, QueryImages images, SearchOptions options,
        HttpContext http, CancellationToken cancel)
    {
        var request = RequestOf(query, own.Collection);
        if ((Problem(request) ?? Problem(query)) is { } problem)
            return problem;
        if (query.Like is { } segment)
            return await LikeAsync(new(segment), request, engine, cancel);
        if (query.Image is { } image)
            return image.Length > options.LargestImage
                ? Problems.Of(StatusCodes.Status413PayloadTooLarge, "image-too-large",
                    $"the image has {image.Length} bytes; the limit is {options.LargestImage >> 10} KiB")
                : await ImageAsync(image, request, engine, images, http, cancel);
        var texts = query.Texts ?? [new(query.Text!)];
        return QueryTexts.Problem(texts, options.LongestText) is { } inTexts
            ? Problems.Of(StatusCodes.Status400BadRequest, inTexts.Type, inTexts.Reason)
            : TypedResults.Ok(Shown(await engine.SearchAsync(texts, request, cancel), own.Collection));
    }

    private static async ValueTask<Results<Ok<SearchAnswer>, ProblemHttpResult>> ImageAsync(
        byte[] image, SearchRequest request, SearchEngine engine, QueryImages images, HttpContext http, CancellationToken cancel)
    {
        var (rgb, problem) = await images.DecodeAsync(image, http);
        return problem is not null ? problem
            : TypedResults.Ok(Shown(await engine.SearchImageAsync(rgb!, request, cancel), request.Collection));
    }

    private static async ValueTask<Results<Ok<SearchAnswer>, ProblemHttpResult>> LikeAsync(
        SegmentId segment, SearchRequest request, SearchEngine engine, CancellationToken cancel) =>
        await engine.SearchLikeAsync(segment, request, cancel) is { } answer
            ? TypedResults.Ok(Shown(answer, request.Collection))
            : Problems.Of(StatusCodes.Status404NotFound, "segment-not-found",
                $"there is no segment '{segment}'; answers and GET /api/v1/videos/{{id}} name those there are");

    private static SearchRequest RequestOf(SearchQuery query, CollectionId collection) => new()
    {
        Collection = collection,
        Filter = query.Filter,
        Offset = query.Offset,
        Top = query.Top,
        Rank = query.Rank,
        SegmentsEach = query.SegmentsEach,
        Exhaustive = query.Exhaustive,
        Threshold = query.Threshold,
        Explain = query.Explain,
    };

    /// <summary>The problem that not exactly one thing is searched for; null where it is.</summary>
    private static ProblemHttpResult? Problem(SearchQuery query) =>
        new object?[] { query.Text, query.Texts, query.Image, query.Like }.Count(given => given is not null) switch
        {
            0 => Problems.Of(StatusCodes.Status400BadRequest, "text-empty",
                "there is nothing to search for: give a text, texts, an image or like"),
            1 => null,
            _ => Problems.Of(StatusCodes.Status400BadRequest, "ambiguous",
                "more than one of text, texts, image and like is given; a search is for one of them"),
        };

    /// <summary>What is wrong with a request's numbers; null where nothing is.</summary>
    private static ProblemHttpResult? Problem(SearchRequest request) => request switch
    {
        { Top: < 1 or > SearchRequest.LargestTop } =>
            OutOfRange($"top is {request.Top}; it must be from 1 to {SearchRequest.LargestTop}"),
        { Offset: < 0 or > SearchRequest.LargestTop } =>
            OutOfRange($"offset is {request.Offset}; it must be from 0 to {SearchRequest.LargestTop}"),
        { Threshold: { } threshold } when !(threshold is >= 0 and <= 1) =>
            OutOfRange(string.Create(CultureInfo.InvariantCulture, $"threshold is {threshold}; it must be from 0 to 1")),
        { SegmentsEach: < 1 or > MostSegmentsEach } =>
            OutOfRange($"segmentsEach is {request.SegmentsEach}; it must be from 1 to {MostSegmentsEach}"),
        _ => request.Filter.Reason() is { } reason ? OutOfRange($"in filter, {reason}") : null,
    };

    /// <summary>The answer with paths of this service: where originals lie only the server can read.</summary>
    private static SearchAnswer Shown(SearchAnswer answer, CollectionId collection) =>
        answer with { Results = [.. answer.Results.Select(result => Shown(result, collection))] };

    private static SearchResult Shown(SearchResult result, CollectionId collection) => result with
    {
        Source = StreamEndpoint.PathOf(result.Video, collection),
        Proxy = ProxyEndpoints.PathOf(result.Video, collection),
        Preview = VideoViews.PreviewOf(result.Video, collection, result.Duration),
        Segments = [.. result.Segments.Select(segment =>
            segment with { Thumbnail = PictureEndpoints.ThumbnailOf(result.Video, collection, segment.Moment) })],
    };

    private static ProblemHttpResult OutOfRange(string detail) =>
        Problems.Of(StatusCodes.Status400BadRequest, "out-of-range", detail);
}
