using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Library;

/// <summary><c>/api/v1/videos/{id}</c>: shows, describes and deletes a video.</summary>
internal static class VideoEndpoints
{
    /// <summary>One change at a time: between the comparison with a client's tag and the change nothing else changes.</summary>
    private static readonly SemaphoreSlim s_turn = new(1);

    /// <summary>How long a change may wait for others while the event log does not answer.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(14);

    public static void Map(IEndpointRouteBuilder app)
    {
        var videos = app.MapGroup("/api/v1/videos");
        videos.MapGet("/{id}", GetAsync).RequireAuthorization(Scopes.Search)
            .WithName("getVideo").WithSummary("What is known of a video: state, stages, segments, why it failed.")
            .WithExampleAnswer(VideoExamples.Video)
            .SendsChanges().ProducesProblem(StatusCodes.Status404NotFound);
        videos.MapPatch("/{id}", DescribeAsync).RequireAuthorization(Scopes.Admin)
            .WithName("describeVideo").WithSummary("Give a video a title or tags.")
            .WithExample("""{"title": "A day at the beach", "tags": ["dog", "holiday"]}""")
            .ChangesWhatWasSeen()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        videos.MapDelete("/{id}", DeleteAsync).RequireAuthorization(Scopes.Admin)
            .WithName("deleteVideo").WithSummary("Take a video out of the index.")
            .ChangesWhatWasSeen().ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>The problem that there is no such video.</summary>
    public static ProblemHttpResult NotFound(string id) =>
        Problems.Of(StatusCodes.Status404NotFound, "video-not-found",
            $"there is no video '{id}'; GET /api/v1/videos lists those there are");

    private static async Task<Results<Ok<Client.Video>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        string id, HttpContext http, CollectionCatalog own, [FromServices] IVectorIndex index, CancellationToken cancel)
    {
        if (await own.FindAsync(id, cancel) is not { } entry)
            return NotFound(id);
        // Its segments change only with the entry, so the tag of the entry is enough.
        return EntityTags.IsKnown(http, VideoViews.Of(entry))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(VideoViews.Of(entry, await SegmentsAsync(entry, index, cancel)));
    }

    private static async ValueTask<IReadOnlyList<Client.VideoSegment>> SegmentsAsync(CatalogEntry entry, IVectorIndex index,
        CancellationToken cancel)
    {
        if (entry is not { State: VideoState.Indexed, ModelId: { } model, Segments: { } count })
            return [];
        var ids = Enumerable.Range(0, count).Select(at => SegmentId.Of(entry.Id, model, at)).ToList();
        return [.. (await index.FetchPlacesAsync(ids, cancel)).Select(place =>
            new Client.VideoSegment(place.Id.Value, place.Start, place.End))];
    }

    private static async Task<Results<Ok<Client.Video>, ProblemHttpResult>> DescribeAsync(
        string id, Client.VideoDescription given, HttpContext http, CollectionCatalog own, IEventLog log, TimeProvider time,
        AuditLog audit, CancellationToken cancel)
    {
        if (given.Reason() is { } reason)
            return Problems.Of(StatusCodes.Status400BadRequest, "description", reason);
        var (described, problem) = await ChangeAsync(id, entry =>
            given.ToEvent(entry, time.GetUtcNow()), http, own, log, cancel);
        if (problem is not null)
            return problem;
        audit.Tell(http, AuditActions.Describe, described!.VideoId.Value);
        var view = VideoViews.Of((await own.GetAsync(described.VideoId, cancel))!);
        EntityTags.Set(http, view);
        return TypedResults.Ok(view);
    }

    /// <summary>Hidden at once; what the index and the blob store hold of it goes when the event is handled.</summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string id, HttpContext http, CollectionCatalog own, IEventLog log, TimeProvider time, AuditLog audit,
        CancellationToken cancel)
    {
        var (deleted, problem) = await ChangeAsync(id, entry =>
            new VideoDeleted { VideoId = entry.Id, UploadId = entry.UploadId, Time = time.GetUtcNow() }, http, own, log,
            cancel);
        if (problem is not null)
            return problem;
        audit.Tell(http, AuditActions.Delete, deleted!.VideoId.Value);
        return TypedResults.NoContent();
    }

    /// <summary>Appends the event that is made of a video's entry, unless the video is no longer as the client saw it.</summary>
    private static async ValueTask<(VideoEvent? Happened, ProblemHttpResult? Problem)> ChangeAsync(
        string id, Func<CatalogEntry, VideoEvent> change, HttpContext http, CollectionCatalog own, IEventLog log,
            CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_longest);
        try
        {
            return await ChangeInTurnAsync(id, change, http, own, log, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new StoreUnavailableException("the event log", "the event log takes no change; try again later");
        }
    }

    private static async ValueTask<(VideoEvent? Happened, ProblemHttpResult? Problem)> ChangeInTurnAsync(
        string id, Func<CatalogEntry, VideoEvent> change, HttpContext http, CollectionCatalog own, IEventLog log,
            CancellationToken cancel)
    {
        await s_turn.WaitAsync(cancel);
        try
        {
            if (await own.FindAsync(id, cancel) is not { } entry)
                return (null, NotFound(id));
            if (EntityTags.Problem(http, VideoViews.Of(entry)) is { } changed)
                return (null, changed);
            var happened = change(entry);
            await log.AppendAsync(happened, cancel);
            await own.ApplyAsync(happened, CancellationToken.None);
            return (happened, null);
        }
        finally
        {
            s_turn.Release();
        }
    }
}
