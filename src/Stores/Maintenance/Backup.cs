using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Maintenance;

/// <summary>
/// Copies a data folder as it is at one moment, while other processes work in it. A backup is a data folder itself. Taken again
/// into the same folder, it copies only the blobs that are not there yet; interrupted, it goes on.
/// </summary>
/// <param name="stores">The stores; log, catalog and index must be in the data folder.</param>
/// <param name="time">Dates the backup.</param>
public sealed class Backup(Storage stores, TimeProvider time)
{
    /// <summary>The keys of a service, which are copied where they are in the data folder.</summary>
    internal const string Keys = "keys.json";

    private readonly List<string> _missing = [];
    private long _copied;

    /// <summary>Takes the backup.</summary>
    /// <param name="folder">Where to; absent, empty, or with an earlier backup of the same data folder.</param>
    /// <param name="progress">Receives progress. Optional.</param>
    /// <param name="cancel">Stops; the folder is no complete backup then.</param>
    /// <exception cref="UserException">
    /// The folder cannot be used, or a store is not in the data folder and must be backed up by its own means.
    /// </exception>
    public async Task<BackupReport> RunAsync(string folder, IProgress<CopyProgress>? progress, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!stores.IsEmbedded)
            throw new UserException("the event log or the index is not in the data folder: Kafka, Qdrant and S3 are backed up by "
                + "their own means (docs/reliability.md)");
        folder = Path.GetFullPath(folder);
        var log = stores.Data.Log!;
        Prepare(folder, log);
        using var alone = WorkLock.Acquire(folder);
        new BackupMark(BackupMark.CurrentFormat, log.Id, Taken: null).Write(folder);
        var taken = time.GetUtcNow();
        CopyDatabases(folder, cancel);
        using var copy = await DataFolder.OpenAsync(folder, time, cancel);
        var entries = await copy.Catalog.ListAsync(cancel).ToListAsync(cancel);
        foreach (var entry in entries.Where(entry => entry.State == VideoState.Decoded))
            await new VideoRetry(copy.Events, copy.Catalog, copy.Blobs, time).ProcessAgainAsync(entry, cancel); // Without frames.
        var bytes = await CopyBlobsAsync(entries, copy, progress, cancel);
        await DeleteOthersAsync(copy, cancel);
        new BackupMark(BackupMark.CurrentFormat, log.Id, taken).Write(folder);
        var kept = await copy.Catalog.ListAsync(cancel).ToListAsync(cancel);
        return new(folder, taken, kept.Count, bytes, _copied, kept.Count(entry => FileSource.PathIn(entry.Source) is not null),
            _missing);
    }

    private static void Prepare(string folder, FollowedLog log)
    {
        try
        {
            OwnerOnly.CreateFolder(folder);
            var mark = BackupMark.Of(folder);
            if (mark is null && Directory.EnumerateFileSystemEntries(folder).Any(entry => !WorkLock.IsOwn(entry)))
                throw new UserException($"{folder}: is not empty, and no backup; give another folder");
            if (mark is not null && mark.Log != log.Id)
                throw new UserException($"{folder}: is the backup of another data folder; give another folder");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: cannot be written ({error.Message})", error);
        }
    }

    private void CopyDatabases(string folder, CancellationToken cancel)
    {
        string CopyOf(string database) => Path.Combine(folder, Path.GetFileName(database));
        List<string> databases = [.. DataFolder.DatabasesIn(stores.Data.Path)];
        SqliteSnapshot.Copy(databases[^1], databases, database => $"{CopyOf(database)}.new", cancel);
        foreach (var database in databases)
        {
            foreach (var left in new[] { "-wal", "-shm" })
                File.Delete($"{CopyOf(database)}{left}");
            File.Move($"{CopyOf(database)}.new", CopyOf(database), overwrite: true);
        }
        foreach (var former in DataFolder.DatabasesIn(folder).Except(databases.Select(CopyOf)).ToList())
            File.Delete(former);
        if (File.Exists(Path.Combine(stores.Data.Path, Keys)))
            File.Copy(Path.Combine(stores.Data.Path, Keys), Path.Combine(folder, Keys), overwrite: true);
        else
            File.Delete(Path.Combine(folder, Keys));
    }

    /// <summary>Copies what the videos of the backup need; returns its size in bytes.</summary>
    private async ValueTask<long> CopyBlobsAsync(
        List<CatalogEntry> entries, DataFolder copy, IProgress<CopyProgress>? progress, CancellationToken cancel)
    {
        var (bytes, total) = (0L, entries.Where(IsCopied).Sum(entry => entry.Bytes));
        foreach (var entry in entries)
        {
            if (IsCopied(entry) && !await CopyAsync(entry.Source, entry.Bytes, copy.Blobs, cancel))
                await WithoutOriginalAsync(entry, copy, cancel);
            if (entry.Transcript is { } transcript && !await CopyAsync(transcript, null, copy.Blobs, cancel))
                await WithoutTranscriptAsync(entry, copy, cancel);
            bytes += IsCopied(entry) ? entry.Bytes : 0;
            progress?.Report(new(bytes, total));
        }
        return bytes;

        static bool IsCopied(CatalogEntry entry) => FileSource.PathIn(entry.Source) is null;
    }

    /// <summary>Copies a blob that is not there yet; returns whether it is there now.</summary>
    private async ValueTask<bool> CopyAsync(string name, long? bytes, IBlobStore copies, CancellationToken cancel)
    {
        if (await copies.FindAsync(name, cancel) is { } there && there.Bytes == (bytes ?? there.Bytes))
            return true;
        if (await stores.Blobs.OpenReadAsync(name, cancel) is not { } blob)
            return false;
        await using (blob)
            await copies.WriteAsync(name, async (file, token) => await blob.CopyToAsync(file, token), cancel);
        _copied += (await copies.FindAsync(name, cancel))?.Bytes ?? 0;
        return true;
    }

    /// <summary>A video that was removed while the backup was taken is removed from the backup, too.</summary>
    private async ValueTask WithoutOriginalAsync(CatalogEntry entry, DataFolder copy, CancellationToken cancel)
    {
        var now = await stores.Catalog.GetAsync(entry.Id, cancel);
        if (now is not null && now.State != VideoState.Deleted && now.Source == entry.Source)
        {
            _missing.Add($"the original of {entry.Name.ReplaceLineEndings(" ")} ({entry.Id}) is missing: {entry.Source}");
            return;
        }
        await copy.Index.DeleteAsync(entry.Id, cancel);
        var last = (await copy.Catalog.GetAsync(entry.Id, cancel))!; // It may have been made to wait to be decoded.
        await AppendAsync(copy,
            new VideoDeleted { VideoId = entry.Id, UploadId = last.UploadId, Time = time.GetUtcNow() }, cancel);
    }

    /// <summary>A transcript that was taken away meanwhile is taken away in the backup, too.</summary>
    private async ValueTask WithoutTranscriptAsync(CatalogEntry entry, DataFolder copy, CancellationToken cancel)
    {
        var now = await stores.Catalog.GetAsync(entry.Id, cancel);
        if (now is not null && now.State != VideoState.Deleted && now.Transcript == entry.Transcript)
        {
            _missing.Add($"the transcript of {entry.Name.ReplaceLineEndings(" ")} ({entry.Id}) is missing: {entry.Transcript}");
            return;
        }
        var last = (await copy.Catalog.GetAsync(entry.Id, cancel))!;
        await AppendAsync(copy, new VideoTranscribed
        {
            VideoId = entry.Id,
            UploadId = last.UploadId,
            Time = time.GetUtcNow(),
            Cues = 0,
        }, cancel);
    }

    private static async ValueTask AppendAsync(DataFolder copy, VideoEvent happened, CancellationToken cancel)
    {
        await copy.Events.AppendAsync(happened, cancel);
        await copy.Catalog.ApplyAsync(happened, cancel);
    }

    /// <summary>
    /// Deletes what an earlier backup in the folder had and this one has not, and segments whose removal had not been done.
    /// </summary>
    private static async ValueTask DeleteOthersAsync(DataFolder copy, CancellationToken cancel)
    {
        foreach (var video in (await copy.Index.CountByVideoAsync(cancel)).Keys)
            if (await copy.Catalog.GetAsync(video, cancel) is null or { State: VideoState.Deleted })
                await copy.Index.DeleteAsync(video, cancel);
        var needed = new HashSet<string>(StringComparer.Ordinal) { FollowedLog.BlobName };
        await foreach (var entry in copy.Catalog.ListAsync(cancel))
            needed.UnionWith(new[] { entry.Source, entry.Transcript }.OfType<string>());
        await foreach (var blob in copy.Blobs.ListAsync("", cancel))
            if (!needed.Contains(blob.Name))
                await copy.Blobs.DeleteAsync(blob.Name, cancel);
    }
}
