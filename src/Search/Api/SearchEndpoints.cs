using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Shared.Hosting;

namespace TcMgc.Search.Api;

/// <summary><c>POST /api/search</c>: the moments that a sentence describes.</summary>
internal static class SearchEndpoints
{
    private const int MostSegmentsEach = 100, LargestBody = 1 << 16;

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/search", SearchAsync)
        .WithName("search").WithSummary("Find the moments that a sentence describes.")
        .WithMetadata(new RequestSizeLimitAttribute(LargestBody))
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<SearchResponse>, ProblemHttpResult>> SearchAsync(
        SearchQuery query, SearchEngine engine, SearchOptions options, CancellationToken cancel)
    {
        if (TextProblem(query.Text, options) is { } inText)
            return inText;
        return Problem(query.Request) is { } inRequest
            ? inRequest
            : TypedResults.Ok(Shown(await engine.SearchAsync(query.Text!, query.Request, cancel).ConfigureAwait(false)));
    }

    /// <summary>What is wrong with a request's numbers; null where nothing is.</summary>
    public static ProblemHttpResult? Problem(SearchRequest request) => request switch
    {
        { Top: < 1 or > SearchRequest.LargestTop } => OutOfRange($"top is {request.Top}; it must be from 1 to {SearchRequest.LargestTop}"),
        { SegmentsEach: < 1 or > MostSegmentsEach } => OutOfRange($"segmentsEach is {request.SegmentsEach}; it must be from 1 to {MostSegmentsEach}"),
        _ => null,
    };

    /// <summary>Originals lie where only the server reaches: a client is told where to play them.</summary>
    public static SearchResponse Shown(SearchResponse answer) =>
        answer with { Results = [.. answer.Results.Select(result => result with { Source = StreamEndpoint.PathOf(result.Video) })] };

    private static ProblemHttpResult? TextProblem(string? text, SearchOptions options)
    {
        if (string.IsNullOrWhiteSpace(text))
            return Problems.Of(StatusCodes.Status400BadRequest, "text-empty", "text is empty; describe what the video shows");
        return text.Length > options.LongestText
            ? Problems.Of(StatusCodes.Status400BadRequest, "text-too-long",
                $"text has {text.Length} characters, at most {options.LongestText} are taken; describe the moment in a sentence")
            : null;
    }

    private static ProblemHttpResult OutOfRange(string detail) => Problems.Of(StatusCodes.Status400BadRequest, "out-of-range", detail);
}
