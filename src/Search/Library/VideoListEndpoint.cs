using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Shared.Catalog;
using VideoState = TcMgc.Shared.Catalog.VideoState;

namespace TcMgc.Search.Library;

/// <summary><c>GET /api/v1/videos</c>: the videos that a filter leaves, in an order, a page at a time.</summary>
internal static class VideoListEndpoint
{
    private const int DefaultLimit = 100;

    private static readonly OrderedDictionary<string, CatalogSort> s_sorts = new()
    {
        ["name"] = CatalogSort.Name,
        ["added"] = CatalogSort.Added,
        ["recorded"] = CatalogSort.Recorded,
        ["duration"] = CatalogSort.Duration,
    };

    private static readonly OrderedDictionary<string, VideoState> s_states = new()
    {
        ["uploaded"] = VideoState.Uploaded,
        ["decoded"] = VideoState.Decoded,
        ["failed"] = VideoState.Failed,
        ["indexed"] = VideoState.Indexed,
    };

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/api/v1/videos", ListAsync)
        .RequireAuthorization(Scopes.Search)
        .WithName("listVideos").WithSummary("The videos that a filter leaves, in an order, a page at a time.")
        .WithExampleAnswer(VideoExamples.Page)
        .SendsChanges().ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<VideoPage>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(
        [AsParameters] Parameters asked, HttpContext http, CollectionCatalog own, CancellationToken cancel)
    {
        if (Problem(asked) is { } problem)
            return problem;
        var query = QueryOf(asked);
        if (asked.Cursor is { } text)
            if (CatalogCursor.TryParse(text, query.Sort, query.Descending, out var after))
                query = query with { After = after };
            else
                return Problems.Of(StatusCodes.Status400BadRequest, "cursor",
                    "the cursor is not one of a list in this order; begin again without it");
        var page = await own.PageAsync(query, asked.Limit ?? DefaultLimit, cancel);
        var view = new VideoPage([.. page.Entries.Select(entry => VideoViews.Of(entry))], page.Total,
            new(Of(VideoState.Uploaded), Of(VideoState.Decoded), Of(VideoState.Failed), Of(VideoState.Indexed)))
        { Next = page.Next?.ToString() };
        return EntityTags.IsKnown(http, view) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(view);

        int Of(VideoState state) => page.States.GetValueOrDefault(state);
    }

    private static CatalogQuery QueryOf(Parameters asked) => new()
    {
        Filter = FilterOf(asked).ToCatalog() with
        { States = asked.State is [_, ..] names ? [.. names.Select(name => s_states[name])] : null },
        Sort = s_sorts[asked.Sort ?? "name"],
        Descending = asked.Order == "desc",
    };

    private static VideoFilter FilterOf(Parameters asked) => new()
    {
        Video = asked.Video,
        Name = asked.Name,
        Tags = asked.Tags,
        UploadedFrom = asked.UploadedFrom,
        UploadedTo = asked.UploadedTo,
        RecordedFrom = asked.RecordedFrom,
        RecordedTo = asked.RecordedTo,
        MinDuration = asked.MinDuration,
        MaxDuration = asked.MaxDuration,
    };

    /// <summary>What is wrong with the parameters; null where nothing is.</summary>
    private static ProblemHttpResult? Problem(Parameters asked) => asked switch
    {
        { Limit: < 1 or > TcMgcClient.LargestPage } => OutOfRange($"limit must be from 1 to {TcMgcClient.LargestPage}"),
        { Sort: { } sort } when !s_sorts.ContainsKey(sort) =>
            OutOfRange($"sort must be one of {string.Join(", ", s_sorts.Keys)}"),
        { Order: not (null or "asc" or "desc") } => OutOfRange("order must be asc or desc"),
        { State: { } states } when !states.All(s_states.ContainsKey) =>
            OutOfRange($"state must be one of {string.Join(", ", s_states.Keys)}"),
        _ => FilterOf(asked).Reason() is { } reason ? OutOfRange(reason) : null,
    };

    private static ProblemHttpResult OutOfRange(string detail) =>
        Problems.Of(StatusCodes.Status400BadRequest, "out-of-range", detail);

    /// <summary>The parameters of a list. (Endpoints read the names of an enum only as they are written in C#.)</summary>
    internal sealed record Parameters
    {
        [FromQuery(Name = "sort"), RegularExpression("^(name|added|recorded|duration)$")]
        [Description("What the videos are ordered by; default their names.")]
        public string? Sort { get; init; }

        [FromQuery(Name = "order"), RegularExpression("^(asc|desc)$")]
        [Description("Which way; default ascending.")]
        public string? Order { get; init; }

        [FromQuery(Name = "cursor")]
        [Description("The next of the page before, of a list in the same order; absent for the first page.")]
        public string? Cursor { get; init; }

        [FromQuery(Name = "limit"), Range(1, TcMgcClient.LargestPage)]
        [Description("Most videos of the page; default 100.")]
        public int? Limit { get; init; }

        [FromQuery(Name = "video")]
        [Description("The only video.")]
        public Guid? Video { get; init; }

        [FromQuery(Name = "name")]
        [Description("A part of the title, the file name or a tag, in any case.")]
        public string? Name { get; init; }

        [FromQuery(Name = "tags")]
        [Description("A tag that it has, in any case; given several times, all of them.")]
        public string[]? Tags { get; init; }

        [FromQuery(Name = "state")]
        [Description("How far it has come: uploaded, decoded, failed or indexed; given several times, one of them.")]
        public string[]? State { get; init; }

        [FromQuery(Name = "uploadedFrom")]
        [Description("When it was uploaded, at the earliest.")]
        public DateTimeOffset? UploadedFrom { get; init; }

        [FromQuery(Name = "uploadedTo")]
        [Description("When it was uploaded, at the latest.")]
        public DateTimeOffset? UploadedTo { get; init; }

        [FromQuery(Name = "recordedFrom")]
        [Description("When it was recorded, or where that is not known uploaded, at the earliest.")]
        public DateTimeOffset? RecordedFrom { get; init; }

        [FromQuery(Name = "recordedTo")]
        [Description("When it was recorded, or where that is not known uploaded, at the latest.")]
        public DateTimeOffset? RecordedTo { get; init; }

        [FromQuery(Name = "minDuration")]
        [Description("Its length in seconds, at least.")]
        public double? MinDuration { get; init; }

        [FromQuery(Name = "maxDuration")]
        [Description("Its length in seconds, at most.")]
        public double? MaxDuration { get; init; }
    }
}
