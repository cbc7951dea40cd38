using System.Runtime.CompilerServices;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Blobs;

/// <summary>
/// Removes the blobs that no catalog entry names: originals of uploads that broke off before the log knew of them, or that were
/// given twice; what is left of removed videos; frames of indexed ones; former transcripts. Blobs that are none of TcMgc's are
/// left alone.
/// </summary>
/// <param name="blobs">The store.</param>
/// <param name="log">Says which videos there are.</param>
/// <param name="catalog">Is brought up to the log's end first.</param>
/// <param name="time">Tells how old a blob is.</param>
public sealed class OrphanSweep(IBlobStore blobs, IEventLog log, ICatalog catalog, TimeProvider time)
{
    private const int EventsAtATime = 256;

    /// <summary>Deletes orphans one by one.</summary>
    /// <param name="grace">
    /// Blobs written since are left alone: the event that names one comes after it. Longer than any upload or decoding takes.
    /// </param>
    /// <param name="isDryRun">Whether orphans are only told.</param>
    /// <param name="cancel">Stops before the next one.</param>
    /// <returns>Each orphan, once it is deleted.</returns>
    /// <exception cref="UserException">A store cannot be used, or the log is empty: then it is not the one that these blobs
    /// belong to.</exception>
    public async IAsyncEnumerable<BlobInfo> RunAsync(TimeSpan grace, bool isDryRun, [EnumeratorCancellation]
    CancellationToken cancel)
    {
        var before = time.GetUtcNow() - grace; // Before the log is read: no blob of an event that is not read is older.
        await CatchUpAsync(cancel);
        await foreach (var blob in blobs.ListAsync("", cancel))
        {
            if (!await IsOrphanAsync(blob, before, cancel))
                continue;
            if (!isDryRun)
            {
                // Content that is uploaded again is written again: what is young by now has an uploader.
                if (await blobs.FindAsync(blob.Name, cancel) is not { } found || found.Written >= before)
                    continue;
                await blobs.DeleteAsync(blob.Name, cancel);
            }
            yield return blob;
        }
        if (!isDryRun)
            await blobs.SweepUnfinishedAsync(before, cancel);
    }

    private async ValueTask CatchUpAsync(CancellationToken cancel)
    {
        var isEmpty = true;
        await foreach (var happened in log.ReadAllAsync(cancel).Chunk(EventsAtATime))
        {
            await catalog.ApplyAsync(happened, cancel);
            isEmpty = false;
        }
        if (isEmpty)
            throw new UserException(
                "the event log is empty, so that nothing says which blobs are in use; give the data folder and the settings that "
                    + "the services run with");
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
