using System.Globalization;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Stores;

namespace TcMgc.Ingest.Uploads;

/// <summary>
/// Room for further uploads: places among the videos that wait to be indexed, and space on the disks of the stores.
/// </summary>
/// <param name="catalog">Says what waits.</param>
/// <param name="options">The bounds.</param>
/// <param name="reserve">Says what the disks have.</param>
public sealed class UploadRoom(ICatalog catalog, UploadOptions options, DiskReserve reserve) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private int _entering;

    /// <summary>Takes a place for a video, until disposed: by then it waits in the catalog, or has failed to come.</summary>
    /// <exception cref="QueueFullException">There is none.</exception>
    /// <exception cref="StoreUnavailableException">The disk has less than the reserve.</exception>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancel)
    {
        reserve.Check();
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
        reserve.Check(bytes);
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
                && reserve.IsThere;
        }
        catch (Exception error) when (error is UnavailableException or IOException)
        {
            return false; // Whoever can wait waits for the stores, too.
        }
    }

    /// <summary>The same content; reading it fails when the disk has less than the reserve.</summary>
    public Stream Watch(Stream content) => new WatchedStream(content, () => reserve.Check());

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
