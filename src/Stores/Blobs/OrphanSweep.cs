using System.Runtime.CompilerServices;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Blobs;

/// <summary>
/// Removes blobs that no catalog entry refers to: originals of interrupted or repeated uploads, blobs of removed videos, frames
/// of indexed ones, replaced transcripts. Blobs with other names than TcMgc's are kept.
/// </summary>
/// <param name="blobs">Is swept.</param>
/// <param name="log">Brings the catalog up to date.</param>
/// <param name="catalog">Knows which blobs are in use.</param>
/// <param name="time">Clock for the age of blobs.</param>
public sealed class OrphanSweep(IBlobStore blobs, IEventLog log, ICatalog catalog, TimeProvider time)
{
    private const int EventsPerBatch = 256;

    /// <summary>Deletes orphans one by one.</summary>
    /// <param name="grace">
    /// Blobs younger than this are kept, since the event that refers to a blob comes after it. Must be longer than any upload or
    /// decoding.
    /// </param>
    /// <param name="isDryRun">Whether orphans are only listed.</param>
    /// <param name="cancel">Stops before the next orphan.</param>
    /// <returns>Each orphan, once it is deleted.</returns>
    /// <exception cref="UserException">A store cannot be used, or the log is empty: then it does not belong to these
    /// blobs.</exception>
    public async IAsyncEnumerable<BlobInfo> RunAsync(
        TimeSpan grace, bool isDryRun, [EnumeratorCancellation] CancellationToken cancel)
    {
        var before = time.GetUtcNow() - grace; // Before the log is read: blobs of events that are appended later are younger.
        await CatchUpAsync(cancel);
        await foreach (var blob in blobs.ListAsync("", cancel))
        {
            if (!await IsOrphanAsync(blob, before, cancel))
                continue;
            if (!isDryRun)
            {
                // Repeated uploads write the same blob again: if it is young by now, an upload needs it.
                if (await blobs.FindAsync(blob.Name, cancel) is not { } found || found.Written >= before)
                    continue;
                await blobs.DeleteAsync(blob.Name, cancel);
            }
            yield return blob;
        }
        if (!isDryRun)
            await blobs.SweepUnfinishedAsync(before, cancel);
    }

    /// <summary>
    /// Deletes the frames of videos that are indexed, have failed or were removed. The catalog must be up with the log, and
    /// nobody decode meanwhile.
    /// </summary>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public async ValueTask SweepFramesAsync(CancellationToken cancel)
    {
        await foreach (var pack in blobs.ListAsync(VideoBlobs.Frames, cancel))
            if (await IsOrphanAsync(pack, DateTimeOffset.MaxValue, cancel))
                await blobs.DeleteAsync(pack.Name, cancel);
    }

    private async ValueTask CatchUpAsync(CancellationToken cancel)
    {
        var isEmpty = true;
        await foreach (var happened in log.ReadAllAsync(cancel).Chunk(EventsPerBatch))
        {
            await catalog.ApplyAsync(happened, cancel);
            isEmpty = false;
        }
        if (isEmpty)
            throw new UserException(
                "the event log is empty, so that the blobs in use are unknown; give the data folder and the settings of the "
                + "services");
    }

    private async ValueTask<bool> IsOrphanAsync(BlobInfo blob, DateTimeOffset before, CancellationToken cancel)
    {
        if (blob.Written >= before || VideoBlobs.Parse(blob.Name) is not { } part)
            return false;
        var entry = await catalog.GetAsync(part.Video, cancel);
        return entry is null or { State: VideoState.Deleted } || part.Kind switch
        {
            VideoBlobKind.Original => entry.Source != blob.Name,
            VideoBlobKind.Frames => entry.State is VideoState.Indexed or VideoState.Failed,
            VideoBlobKind.Transcript => entry.Transcript != blob.Name,
            _ => false,
        };
    }
}
