using System.Runtime.CompilerServices;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Stores.Blobs;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Maintenance;

/// <summary>
/// Compares the log with catalog, index and blobs, while others may work on them: what changes meanwhile is looked at again
/// before it is told. Nothing is changed.
/// </summary>
/// <param name="stores">The stores.</param>
/// <param name="time">Clock for the age of blobs.</param>
public sealed class StoreCheck(Storage stores, TimeProvider time)
{
    /// <summary>Younger blobs may belong to an upload that is under way.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(24);

    /// <summary>Whether contents are read and hashed; otherwise only sizes are compared. Default true.</summary>
    public bool ReadsContents { get; init; } = true;

    /// <summary>Receives the number of videos that were looked at, and of all. Optional.</summary>
    public IProgress<(int Done, int Total)>? Progress { get; init; }

    /// <summary>Looks at everything.</summary>
    /// <returns>What is wrong, as it is found.</returns>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var database in DataFolder.DatabasesIn(stores.Data.Path))
            foreach (var line in SqliteIntegrity.Check(database))
                yield return new(FindingKind.DamagedDatabase, $"{database}: the database is damaged ({line})");
        foreach (var (partition, position, reason) in stores.Data.CatalogFile.PassedOver())
            yield return new(FindingKind.PassedOver, $"{partition} at {position} was passed over: {reason}");
        foreach (var video in await CatalogDifferencesAsync(cancel))
            yield return new(FindingKind.CatalogDiffers,
                $"the catalog's entry of video {video} is not the one that follows from the log", video);
        var entries = await stores.Catalog.ListAsync(cancel).ToListAsync(cancel);
        var counts = await stores.Index.CountByVideoAsync(cancel);
        foreach (var (at, entry) in entries.Index())
        {
            Progress?.Report((at, entries.Count));
            await foreach (var finding in OfVideoAsync(entry, counts, cancel))
                if (await StillAsync(entry, cancel))
                    yield return finding;
        }
        Progress?.Report((entries.Count, entries.Count));
        await foreach (var finding in UnknownSegmentsAsync(counts, cancel))
            yield return finding;
        if (entries.Count > 0)
            await foreach (var blob in new OrphanSweep(stores.Blobs, stores.Events, stores.Catalog, time)
                .RunAsync(s_grace, isDryRun: true, cancel))
                yield return new(FindingKind.OrphanedBlob,
                    $"no video needs the blob {blob.Name} ({blob.Bytes} bytes) any more; 'tcmgc sweep' removes it");
    }

    private async IAsyncEnumerable<Finding> OfVideoAsync(CatalogEntry entry, IReadOnlyDictionary<VideoId, int> counts,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var contents = new StoredContents(stores.Blobs, ReadsContents);
        if (await contents.OfOriginalAsync(entry, cancel) is { } original)
            yield return original;
        if (await contents.OfTranscriptAsync(entry, cancel) is { } transcript)
            yield return transcript;
        if (entry.State == VideoState.Decoded && await stores.Blobs.FindAsync(VideoBlobs.FramesOf(entry.Id), cancel) is null)
            yield return new(FindingKind.MissingFrames, $"the frames of {entry.Name.ReplaceLineEndings(" ")} ({entry.Id}) are "
                + "missing: it fails when its turn comes, and can be tried again then", entry.Id);
        if (entry.State == VideoState.Indexed && counts.GetValueOrDefault(entry.Id) != entry.Segments
            && await stores.Index.CountAsync(entry.Id, cancel) is var held && held != entry.Segments)
            yield return new(FindingKind.MissingSegments, $"the index holds {held} of the {entry.Segments} segments of "
                + $"{entry.Name.ReplaceLineEndings(" ")} ({entry.Id})", entry.Id);
    }

    private async IAsyncEnumerable<Finding> UnknownSegmentsAsync(
        IReadOnlyDictionary<VideoId, int> counts, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var (video, count) in counts)
            if (await stores.Catalog.GetAsync(video, cancel) is null or { State: VideoState.Deleted }
                && await stores.Index.CountAsync(video, cancel) > 0)
                yield return new(FindingKind.UnknownSegments,
                    $"the index holds {count} segments of video {video}, which is not known or was removed", video);
    }

    /// <summary>Whether a video is as it was when it was looked at: what has changed since says nothing.</summary>
    private async ValueTask<bool> StillAsync(CatalogEntry entry, CancellationToken cancel) =>
        await stores.Catalog.GetAsync(entry.Id, cancel) is { } now
        && (now.UploadId, now.State, now.Transcript) == (entry.UploadId, entry.State, entry.Transcript);

    /// <summary>
    /// Makes the catalog again in a temporary file. Others may write to the catalog, which then differs for a moment.
    /// </summary>
    private async ValueTask<IReadOnlyList<VideoId>> CatalogDifferencesAsync(CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("tcmgc-check-");
        try
        {
            using var again = new SqliteCatalog(Path.Combine(folder.FullName, "catalog.db"));
            await again.RebuildAsync(stores.Events, cancel);
            var first = stores.Data.CatalogFile.DifferencesFrom(again);
            if (first.Count == 0)
                return first;
            await again.CatchUpAsync(stores.Events, cancel);
            await stores.Data.CatalogFile.CatchUpAsync(stores.Events, cancel);
            return [.. stores.Data.CatalogFile.DifferencesFrom(again).Intersect(first)];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
