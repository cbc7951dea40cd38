using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Hosting;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Search.Library;

/// <summary><c>/api/videos</c>: what is known of videos, and taking one out.</summary>
internal static class VideoEndpoints
{
    private const int DefaultLimit = 100, LargestLimit = 1000;

    /// <summary>What is compared with a client's tag is what is changed: by one request at a time.</summary>
    private static readonly SemaphoreSlim s_turn = new(1);

    /// <summary>Changes that wait for each other while the log is away are all answered by then.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(14);

    /// <summary>A page of videos, by name.</summary>
    /// <param name="Videos">The page.</param>
    /// <param name="Total">Videos in all.</param>
    private sealed record Page(IReadOnlyList<VideoView> Videos, int Total);

    public static void Map(IEndpointRouteBuilder app)
    {
        var videos = app.MapGroup("/api/videos");
        videos.MapGet("", ListAsync).WithName("listVideos").WithSummary("The videos by name, a page at a time.")
            .Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status400BadRequest);
        videos.MapGet("/{id}", GetAsync).WithName("getVideo").WithSummary("What is known of a video: state, stages, segments, why it failed.")
            .Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status404NotFound);
        videos.MapPatch("/{id}", DescribeAsync).WithName("describeVideo").WithSummary("Give a video a title or tags.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        videos.MapDelete("/{id}", DeleteAsync).WithName("deleteVideo").WithSummary("Take a video out of the index.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }

    /// <summary>No such video.</summary>
    public static ProblemHttpResult NotFound(string id) =>
        Problems.Of(StatusCodes.Status404NotFound, "video-not-found", $"there is no video '{id}'; GET /api/videos lists those there are");

    /// <summary>A video that was uploaded and not removed; null where there is none.</summary>
    public static async ValueTask<CatalogEntry?> FindAsync(string id, ICatalog catalog, CancellationToken cancel) =>
        VideoId.TryParse(id, out var video) && await catalog.GetAsync(video, cancel) is { State: not VideoState.Deleted } entry ? entry : null;

    private static async Task<Results<Ok<Page>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(HttpContext http, ICatalog catalog, CancellationToken cancel, int offset = 0, int limit = DefaultLimit)
    {
        if (offset < 0 || limit is < 1 or > LargestLimit)
            return Problems.Of(StatusCodes.Status400BadRequest, "out-of-range", $"offset must be at least 0 and limit from 1 to {LargestLimit}");
        var (entries, total) = await catalog.PageAsync(offset, limit, cancel);
        var page = new Page([.. entries.Select(entry => VideoView.Of(entry))], total);
        return Told(http, page) is { } known ? known : TypedResults.Ok(page);
    }

    private static async Task<Results<Ok<VideoView>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        string id, HttpContext http, ICatalog catalog, [FromServices] IVectorIndex index, CancellationToken cancel)
    {
        if (await FindAsync(id, catalog, cancel) is not { } entry)
            return NotFound(id);
        // Its segments follow from the entry.
        return Told(http, VideoView.Of(entry)) is { } known
            ? known
            : TypedResults.Ok(VideoView.Of(entry, await SegmentsAsync(entry, index, cancel)));
    }

    /// <summary>304 where the client knows it already, else null.</summary>
    private static StatusCodeHttpResult? Told<T>(HttpContext http, T view) =>
        EntityTags.IsKnown(http, view) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : null;

    private static async ValueTask<IReadOnlyList<SegmentView>> SegmentsAsync(CatalogEntry entry, IVectorIndex index, CancellationToken cancel)
    {
        if (entry is not { State: VideoState.Indexed, ModelId: { } model, Segments: { } count })
            return [];
        var ids = Enumerable.Range(0, count).Select(at => SegmentId.Of(entry.Id, model, at)).ToList();
        return [.. (await index.FetchPlacesAsync(ids, cancel)).Select(place => new SegmentView(place.Id, place.Start, place.End))];
    }

    private static async Task<Results<Ok<VideoView>, ProblemHttpResult>> DescribeAsync(
        string id, Description given, HttpContext http, ICatalog catalog, IEventLog log, TimeProvider time, CancellationToken cancel)
    {
        if (given.Reason is { } reason)
            return Problems.Of(StatusCodes.Status400BadRequest, "description", reason);
        var (described, problem) = await ChangeAsync(id, entry => given.Of(entry, time.GetUtcNow()), http, catalog, log, cancel);
        if (problem is not null)
            return problem;
        var view = VideoView.Of((await catalog.GetAsync(described!.VideoId, cancel))!);
        EntityTags.Set(http, view);
        return TypedResults.Ok(view);
    }

    /// <summary>Hidden at once; what the index and the blob store hold of it goes when the event is handled.</summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string id, HttpContext http, ICatalog catalog, IEventLog log, TimeProvider time, CancellationToken cancel)
    {
        var (_, problem) = await ChangeAsync(id, entry => new VideoDeleted { VideoId = entry.Id, UploadId = entry.UploadId, Time = time.GetUtcNow() }, http, catalog, log, cancel);
        return problem is null ? TypedResults.NoContent() : problem;
    }

    /// <summary>Lets happen to a video what is made of its entry, unless it is not as the client saw it.</summary>
    private static async ValueTask<(VideoEvent? Happened, ProblemHttpResult? Problem)> ChangeAsync(
        string id, Func<CatalogEntry, VideoEvent> change, HttpContext http, ICatalog catalog, IEventLog log, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_longest);
        try
        {
            return await ChangeInTurnAsync(id, change, http, catalog, log, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new StoreUnavailableException("the event log", "the event log takes no change; try again later");
        }
    }

    private static async ValueTask<(VideoEvent? Happened, ProblemHttpResult? Problem)> ChangeInTurnAsync(
        string id, Func<CatalogEntry, VideoEvent> change, HttpContext http, ICatalog catalog, IEventLog log, CancellationToken cancel)
    {
        await s_turn.WaitAsync(cancel);
        try
        {
            if (await FindAsync(id, catalog, cancel) is not { } entry)
                return (null, NotFound(id));
            if (EntityTags.Problem(http, VideoView.Of(entry)) is { } changed)
                return (null, changed);
            var happened = change(entry);
            await log.AppendAsync(happened, cancel);
            await catalog.ApplyAsync(happened, CancellationToken.None);
            return (happened, null);
        }
        finally
        {
            s_turn.Release();
        }
    }
}
