using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Stores.Blobs;

namespace TcMgc.Stores.Maintenance;

/// <summary>Makes a data folder from a backup. Interrupted, it goes on when it is run again.</summary>
/// <param name="time">Clock of the stores.</param>
public sealed class Restoring(TimeProvider time)
{
    /// <summary>
    /// Marks a data folder that is not restored completely; the log comes last, so that nothing opens the folder.
    /// </summary>
    private const string Unfinished = "restore.unfinished";

    /// <summary>Restores a backup.</summary>
    /// <param name="backup">The backup's folder.</param>
    /// <param name="data">The data folder: absent, empty, or left by an interrupted run.</param>
    /// <param name="progress">Receives progress. Optional.</param>
    /// <param name="cancel">Stops; the next run goes on.</param>
    /// <exception cref="UserException">
    /// The backup is none, or not complete; the data folder is not empty, or in use; or something cannot be read or written.
    /// </exception>
    public async Task<BackupReport> RunAsync(
        string backup, string data, IProgress<CopyProgress>? progress, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(backup);
        ArgumentException.ThrowIfNullOrEmpty(data);
        (backup, data) = (Path.GetFullPath(backup), Path.GetFullPath(data));
        if (BackupMark.Of(backup) is not { Taken: { } taken })
            throw new UserException($"{backup}: is no complete backup; 'tcmgc backup {backup}' makes one");
        try
        {
            OwnerOnly.CreateFolder(data);
            using var alone = WorkLock.Acquire(data);
            return await RunAsync(backup, taken, data, progress, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskFull.Is(error) ? DiskFull.At(data, error)
                : new UserException($"{backup}: cannot be restored to {data} ({error.Message})", error);
        }
    }

    private async Task<BackupReport> RunAsync(
        string backup, DateTimeOffset taken, string data, IProgress<CopyProgress>? progress, CancellationToken cancel)
    {
        var unfinished = Path.Combine(data, Unfinished);
        if (!File.Exists(unfinished) && Directory.EnumerateFileSystemEntries(data).Any(entry => !WorkLock.IsOwn(entry)))
            throw new UserException($"{data}: is not empty; give another --data folder, or move this one away");
        await File.WriteAllTextAsync(unfinished, backup, cancel);
        var (bytes, copied) = await CopyBlobsAsync(
            new(Path.Combine(backup, "blobs")), new(Path.Combine(data, "blobs"), isOwners: true), progress, cancel);
        var keys = Path.Combine(backup, Backup.Keys);
        foreach (var file in DataFolder.DatabasesIn(backup).Prepend(keys).Where(File.Exists))
            await CopyAsync(file, Path.Combine(data, Path.GetFileName(file)), cancel);
        File.Delete(unfinished);
        using var folder = await DataFolder.OpenAsync(data, time, cancel);
        var entries = await folder.Catalog.ListAsync(cancel).ToListAsync(cancel);
        return new(data, taken, entries.Count, bytes, copied,
            entries.Count(entry => FileSource.PathIn(entry.Source) is not null), []);
    }

    private static async ValueTask<(long Bytes, long Copied)> CopyBlobsAsync(
        FolderBlobStore from, FolderBlobStore to, IProgress<CopyProgress>? progress, CancellationToken cancel)
    {
        var blobs = await from.ListAsync("", cancel).ToListAsync(cancel);
        var (bytes, copied, total) = (0L, 0L, blobs.Sum(blob => blob.Bytes));
        foreach (var blob in blobs)
        {
            if ((await to.FindAsync(blob.Name, cancel))?.Bytes != blob.Bytes
                && await from.OpenReadAsync(blob.Name, cancel) is { } content)
                await using (content)
                {
                    await to.WriteAsync(blob.Name, async (file, token) => await content.CopyToAsync(file, token), cancel);
                    copied += blob.Bytes;
                }
            bytes += blob.Bytes;
            progress?.Report(new(bytes, total));
        }
        return (bytes, copied);
    }

    /// <summary>Copies a file, which appears complete.</summary>
    private static async ValueTask CopyAsync(string from, string to, CancellationToken cancel)
    {
        var source = File.OpenRead(from);
        await using (source)
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = File.GetUnixFileMode(from);
            var copy = new FileStream($"{to}.new", options);
            await using (copy)
            {
                await source.CopyToAsync(copy, cancel);
                copy.Flush(flushToDisk: true);
            }
        }
        File.Move($"{to}.new", to, overwrite: true);
    }
}
