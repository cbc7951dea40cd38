using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Hosting;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Api;

/// <summary><c>/api/videos</c>: what is known of videos, and taking one out.</summary>
internal static class VideoEndpoints
{
    private const int DefaultLimit = 100, LargestLimit = 1000;

    /// <summary>A page of videos, by name.</summary>
    /// <param name="Videos">The page.</param>
    /// <param name="Total">Videos in all.</param>
    private sealed record Page(IReadOnlyList<VideoView> Videos, int Total);

    public static void Map(IEndpointRouteBuilder app)
    {
        var videos = app.MapGroup("/api/videos");
        videos.MapGet("", ListAsync).WithName("listVideos").WithSummary("The videos by name, a page at a time.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        videos.MapGet("/{id}", GetAsync).WithName("getVideo").WithSummary("What is known of a video: state, stages, segments, why it failed.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        videos.MapPatch("/{id}", DescribeAsync).WithName("describeVideo").WithSummary("Give a video a title or tags.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        videos.MapDelete("/{id}", DeleteAsync).WithName("deleteVideo").WithSummary("Take a video out of the index.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>No such video.</summary>
    public static ProblemHttpResult NotFound(string id) =>
        Problems.Of(StatusCodes.Status404NotFound, "video-not-found", $"there is no video '{id}'; GET /api/videos lists those there are");

    /// <summary>A video that was uploaded and not removed; null where there is none.</summary>
    public static async ValueTask<CatalogEntry?> FindAsync(string id, ICatalog catalog, CancellationToken cancel) =>
        VideoId.TryParse(id, out var video) && await catalog.GetAsync(video, cancel).ConfigureAwait(false) is { State: not VideoState.Deleted } entry ? entry : null;

    private static async Task<Results<Ok<Page>, ProblemHttpResult>> ListAsync(ICatalog catalog, CancellationToken cancel, int offset = 0, int limit = DefaultLimit)
    {
        if (offset < 0 || limit is < 1 or > LargestLimit)
            return Problems.Of(StatusCodes.Status400BadRequest, "out-of-range", $"offset must be at least 0 and limit from 1 to {LargestLimit}");
        var (page, total) = (new List<VideoView>(), 0);
        await foreach (var entry in catalog.ListAsync(cancel).ConfigureAwait(false))
            if (total++ >= offset && page.Count < limit)
                page.Add(VideoView.Of(entry));
        return TypedResults.Ok(new Page(page, total));
    }

    private static async Task<Results<Ok<VideoView>, ProblemHttpResult>> GetAsync(string id, ICatalog catalog, [FromServices] IVectorIndex index, CancellationToken cancel) =>
        await FindAsync(id, catalog, cancel).ConfigureAwait(false) is { } entry
            ? TypedResults.Ok(VideoView.Of(entry, await SegmentsAsync(entry, index, cancel).ConfigureAwait(false)))
            : NotFound(id);

    private static async ValueTask<IReadOnlyList<SegmentView>> SegmentsAsync(CatalogEntry entry, IVectorIndex index, CancellationToken cancel)
    {
        if (entry is not { State: VideoState.Indexed, ModelId: { } model, Segments: { } count })
            return [];
        var ids = Enumerable.Range(0, count).Select(at => SegmentId.Of(entry.Id, model, at)).ToList();
        return [.. (await index.FetchFramesAsync(ids, cancel).ConfigureAwait(false)).Select(segment => new SegmentView(segment.Place.Id, segment.Place.Start, segment.Place.End))];
    }

    private static async Task<Results<Ok<VideoView>, ProblemHttpResult>> DescribeAsync(
        string id, Description given, ICatalog catalog, IEventLog log, TimeProvider time, CancellationToken cancel)
    {
        if (given.Reason is { } reason)
            return Problems.Of(StatusCodes.Status400BadRequest, "description", reason);
        if (await FindAsync(id, catalog, cancel).ConfigureAwait(false) is not { } entry)
            return NotFound(id);
        var described = given.Of(entry, time.GetUtcNow());
        await log.AppendAsync(described, cancel).ConfigureAwait(false);
        await catalog.ApplyAsync(described, CancellationToken.None).ConfigureAwait(false);
        return TypedResults.Ok(VideoView.Of((await catalog.GetAsync(entry.Id, cancel).ConfigureAwait(false))!));
    }

    /// <summary>Hidden at once; what the index and the blob store hold of it goes when the event is handled.</summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string id, ICatalog catalog, IEventLog log, TimeProvider time, CancellationToken cancel)
    {
        if (await FindAsync(id, catalog, cancel).ConfigureAwait(false) is not { } entry)
            return NotFound(id);
        var deleted = new VideoDeleted { VideoId = entry.Id, UploadId = entry.UploadId, Time = time.GetUtcNow() };
        await log.AppendAsync(deleted, cancel).ConfigureAwait(false);
        await catalog.ApplyAsync(deleted, CancellationToken.None).ConfigureAwait(false);
        return TypedResults.NoContent();
    }
}
