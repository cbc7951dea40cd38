using System.Globalization;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Ingest.Uploads;

/// <summary>
/// Room for further uploads: places among the videos that wait to be indexed, and space on the disks of the stores.
/// </summary>
/// <param name="catalog">Says what waits.</param>
/// <param name="options">The bounds.</param>
/// <param name="folders">Where the stores are; on each of their disks the reserve is kept.</param>
public sealed class UploadRoom(ICatalog catalog, UploadOptions options, IReadOnlyList<string> folders) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private int _entering;

    /// <summary>Takes a place for a video, until disposed: by then it waits in the catalog, or has failed to come.</summary>
    /// <exception cref="QueueFullException">There is none.</exception>
    /// <exception cref="StoreUnavailableException">The disk has less than the reserve.</exception>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancel)
    {
        CheckDisk(coming: 0);
        await _turn.WaitAsync(cancel); // Of two at once, the second counts the first.
        try
        {
            await CheckQueueAsync(cancel);
            Interlocked.Increment(ref _entering);
            return new Place(this);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Checks before an upload begins; later it may find no place all the same.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="QueueFullException">There is no place.</exception>
    /// <exception cref="StoreUnavailableException">The disk would have less than the reserve.</exception>
    public async ValueTask CheckAsync(long bytes, CancellationToken cancel)
    {
        CheckDisk(bytes);
        await CheckQueueAsync(cancel);
    }

    /// <summary>
    /// Whether there is room for a video that can wait where it is, such as one in a watched folder: half of the places are left
    /// to uploads.
    /// </summary>
    public async ValueTask<bool> IsForPatientAsync(CancellationToken cancel)
    {
        try
        {
            var (videos, bytes) = await catalog.CountWaitingAsync(cancel);
            return 2 * (videos + _entering) < options.MostWaiting && 2 * bytes < options.MostWaitingBytes
                && folders.All(folder => Free(folder) >= options.FreeBytes);
        }
        catch (Exception error) when (error is UnavailableException or IOException)
        {
            return false; // Whoever can wait waits for the stores, too.
        }
    }

    /// <summary>The same content; reading it fails when the disk has less than the reserve.</summary>
    public Stream Watch(Stream content) =>
        options.FreeBytes == 0 ? content : new WatchedStream(content, () => CheckDisk(coming: 0));

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Counts those that enter before the catalog, so that one that moves from here to there is not missed.</summary>
    private async ValueTask CheckQueueAsync(CancellationToken cancel)
    {
        var entering = Volatile.Read(ref _entering);
        var (videos, bytes) = await catalog.CountWaitingAsync(cancel);
        if (videos + entering >= options.MostWaiting)
            throw new QueueFullException($"{options.MostWaiting} videos wait to be indexed; no more are taken until fewer do "
                + "(Upload:MostWaiting)");
        if (bytes >= options.MostWaitingBytes)
            throw new QueueFullException($"videos of {MiB(options.MostWaitingBytes)} MiB wait to be indexed; no more are taken "
                + "until it is less (Upload:MostWaitingBytes)");
    }

    private void CheckDisk(long coming)
    {
        if (options.FreeBytes == 0)
            return;
        foreach (var folder in folders)
            if (Free(folder) is var free && free - coming < options.FreeBytes)
                throw new StoreUnavailableException(folder, $"{folder}: the disk has {MiB(free)} MiB of room, of which "
                    + $"{MiB(options.FreeBytes)} MiB are kept for work under way (Upload:FreeBytes); make room");
    }

    private static long Free(string folder) => new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder)
        .AvailableFreeSpace;

    private static string MiB(long bytes) => (bytes >> 20).ToString("N0", CultureInfo.InvariantCulture);

    private sealed class Place(UploadRoom room) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                Interlocked.Decrement(ref room._entering);
        }
    }
}
