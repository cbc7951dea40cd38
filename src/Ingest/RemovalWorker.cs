using TcMgc.Hosting;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;

namespace TcMgc.Ingest;

/// <summary>
/// Deletes what is stored of removed videos: segments, pictures, versions for browsers, transcripts, and the original where it
/// was copied; also segments that a featurizer wrote which had not heard of the removal yet. Handling an event twice has the same
/// effect as handling it once.
/// </summary>
/// <param name="blobs">Holds copied originals, pictures, versions for browsers and transcripts.</param>
/// <param name="index">Holds the segments.</param>
/// <param name="catalog">Says which videos were uploaded again in the meantime.</param>
/// <param name="retry">Has a video processed again whose segments may have gone with those of its former upload.</param>
public sealed class RemovalWorker(IBlobStore blobs, IVectorIndex index, ICatalog catalog, VideoRetry retry)
{
    /// <summary>The group under which these workers share the log's events.</summary>
    public const string Group = "removal";

    /// <summary>Handles removals, and videos that are indexed, as the log brings them, until asked to stop.</summary>
    /// <param name="events">Brings them.</param>
    /// <param name="stop">Asks to stop.</param>
    public Task RunAsync(EventConsumer events, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(events);
        return events.RunAsync(new(Group, [Topics.Deleted, Topics.Indexed]), (happened, cancel) =>
            happened is VideoIndexed indexed ? HandleAsync(indexed, cancel) : HandleAsync((VideoDeleted)happened, cancel), stop);
    }

    /// <summary>Deletes the segments of a video that was removed before it was indexed.</summary>
    /// <exception cref="UserException">A store cannot be used; it can be tried again.</exception>
    public async ValueTask HandleAsync(VideoIndexed indexed, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(indexed);
        if (await catalog.GetAsync(indexed.VideoId, cancel) is { State: VideoState.Deleted })
            await DeleteSegmentsAsync(indexed.VideoId, cancel);
    }

    /// <summary>Deletes what is stored of one video, unless it was uploaded again since.</summary>
    /// <exception cref="UserException">A store cannot be used; the removal can be tried again.</exception>
    public async ValueTask HandleAsync(VideoDeleted removed, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(removed);
        // The catalog knows first: a featurizer in the same process that encodes this video then deletes its segments itself.
        await catalog.ApplyAsync(removed, cancel);
        var entry = await catalog.GetAsync(removed.VideoId, cancel)
            ?? throw new UserException($"the removal of video {removed.VideoId} came before its upload is known here");
        if (entry.State != VideoState.Deleted)
            return;
        var isGone = await DeleteSegmentsAsync(removed.VideoId, cancel);
        if (FileSource.PathIn(entry.Source) is null)
            await blobs.DeleteAsync(entry.Source, cancel);
        if (!isGone)
            return;
        foreach (var folder in new[] { VideoBlobs.PicturesOf(removed.VideoId), VideoBlobs.ProxiesOf(removed.VideoId),
            $"{VideoBlobs.TranscriptsOf(removed.VideoId)}/" })
            await foreach (var blob in blobs.ListAsync(folder, cancel))
                await blobs.DeleteAsync(blob.Name, cancel);
    }

    /// <summary>
    /// Deletes the segments of a removed video. Where it was uploaded again meanwhile, the new ones may be among them: that
    /// upload is processed again.
    /// </summary>
    /// <returns>Whether the video is still a removed one.</returns>
    private async ValueTask<bool> DeleteSegmentsAsync(VideoId video, CancellationToken cancel)
    {
        await index.DeleteAsync(video, cancel);
        if (await catalog.GetAsync(video, cancel) is not { State: not VideoState.Deleted } later)
            return true;
        await retry.ProcessAgainAsync(later, cancel);
        return false;
    }
}
