using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Shared;
using TcMgc.Shared.Hosting;

namespace TcMgc.Search.Api;

/// <summary><c>POST /api/search</c>: the moments that sentences describe.</summary>
internal static class SearchEndpoints
{
    private const int MostSegmentsEach = 100, LargestBody = 1 << 16;

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/search", SearchAsync)
        .WithName("search").WithSummary("Find the moments that sentences describe, or that look like a segment.")
        .WithMetadata(new RequestSizeLimitAttribute(LargestBody))
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<SearchResponse>, ProblemHttpResult>> SearchAsync(
        SearchQuery query, SearchEngine engine, SearchOptions options, CancellationToken cancel)
    {
        if (Problem(query.ToRequest()) is { } inRequest)
            return inRequest;
        if ((query.Text is null ? 0 : 1) + (query.Texts is null ? 0 : 1) + (query.Like is null ? 0 : 1) > 1)
            return Problems.Of(StatusCodes.Status400BadRequest, "ambiguous", "more than one of text, texts and like is given; a search is for one of them");
        if (query.Like is { } segment)
            return await LikeAsync(segment, query.ToRequest(), engine, cancel).ConfigureAwait(false);
        var texts = query.Texts ?? [new(query.Text ?? "")];
        return WeightedText.Problem(texts, options.LongestText) is { } inTexts
            ? Problems.Of(StatusCodes.Status400BadRequest, inTexts.Type, inTexts.Reason)
            : TypedResults.Ok(Shown(await engine.SearchAsync(texts, query.ToRequest(), cancel).ConfigureAwait(false)));
    }

    private static async ValueTask<Results<Ok<SearchResponse>, ProblemHttpResult>> LikeAsync(
        SegmentId segment, SearchRequest request, SearchEngine engine, CancellationToken cancel) =>
        await engine.SearchLikeAsync(segment, request, cancel).ConfigureAwait(false) is { } answer
            ? TypedResults.Ok(Shown(answer))
            : Problems.Of(StatusCodes.Status404NotFound, "segment-not-found", $"there is no segment '{segment}'; answers and GET /api/videos/{{id}} name those there are");

    /// <summary>What is wrong with a request's numbers; null where nothing is.</summary>
    public static ProblemHttpResult? Problem(SearchRequest request) => request switch
    {
        { Top: < 1 or > SearchRequest.LargestTop } => OutOfRange($"top is {request.Top}; it must be from 1 to {SearchRequest.LargestTop}"),
        { Offset: < 0 or > SearchRequest.LargestTop } => OutOfRange($"offset is {request.Offset}; it must be from 0 to {SearchRequest.LargestTop}"),
        { Threshold: { } threshold } when !(threshold is >= 0 and <= 1) => OutOfRange(string.Create(CultureInfo.InvariantCulture, $"threshold is {threshold}; it must be from 0 to 1")),
        { SegmentsEach: < 1 or > MostSegmentsEach } => OutOfRange($"segmentsEach is {request.SegmentsEach}; it must be from 1 to {MostSegmentsEach}"),
        _ => null,
    };

    /// <summary>Originals lie where only the server reaches: a client is told where to play them.</summary>
    public static SearchResponse Shown(SearchResponse answer) =>
        answer with { Results = [.. answer.Results.Select(Shown)] };

    private static VideoResult Shown(VideoResult result) => result with
    {
        Source = StreamEndpoint.PathOf(result.Video),
        Segments = [.. result.Segments.Select(segment => segment with { Thumbnail = PictureEndpoints.ThumbnailOf(result.Video, segment.Moment) })],
    };

    public static ProblemHttpResult OutOfRange(string detail) => Problems.Of(StatusCodes.Status400BadRequest, "out-of-range", detail);
}
