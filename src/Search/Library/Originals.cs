using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary>
/// Originals as files in which ffmpeg can seek. Of one video one caller at a time has its turn, so that an original that has to
/// be
/// fetched from the blob store is fetched once for all who wait; of all videos a few have theirs. Originals that were fetched
/// last
/// stay on disk for the next turn, up to <see cref="SearchOptions.OriginalCacheBytes"/> together.
/// </summary>
/// <param name="blobs">Holds originals that were uploaded.</param>
/// <param name="options">Says how much stays on disk.</param>
internal sealed class Originals(IBlobStore blobs, SearchOptions options) : IAsyncDisposable
{
    private const int AtATime = 2;

    private readonly SemaphoreSlim _working = new(AtATime);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Original> _originals = [];
    private readonly LinkedList<Original> _idle = new(); // The one used last is the last.
    private long _idleBytes;

    /// <summary>Waits for the caller's turn, then does its work.</summary>
    /// <param name="entry">The video.</param>
    /// <param name="work">Is given what opens the original; what it opens is valid until it returns.</param>
    /// <param name="cancel">Gives up; those who wait go on.</param>
    public async ValueTask<T> InTurnAsync<T>(
        CatalogEntry entry, Func<Func<ValueTask<OriginalFile>>, ValueTask<T>> work, CancellationToken cancel)
    {
        var original = Enter(entry);
        try
        {
            await original.Turn.WaitAsync(cancel);
            try
            {
                await _working.WaitAsync(cancel);
                try
                {
                    return await work(() => OpenAsync(original, cancel));
                }
                finally
                {
                    _working.Release();
                }
            }
            finally
            {
                original.Turn.Release();
            }
        }
        finally
        {
            await LeaveAsync(original);
        }
    }

    /// <summary>Opens an original for as long as its user likes; nobody has to wait for that.</summary>
    /// <param name="entry">The video.</param>
    /// <param name="cancel">Gives up.</param>
    public async ValueTask<Loan> LendAsync(CatalogEntry entry, CancellationToken cancel)
    {
        var original = Enter(entry);
        try
        {
            await original.Turn.WaitAsync(cancel);
            try
            {
                return new(await OpenAsync(original, cancel), () => LeaveAsync(original));
            }
            finally
            {
                original.Turn.Release();
            }
        }
        catch
        {
            await LeaveAsync(original);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var original in _originals.Values)
            if (original.Copy is { } copy)
                await copy.DisposeAsync();
    }

    private async ValueTask<OriginalFile> OpenAsync(Original original, CancellationToken cancel)
    {
        if (original.Copy is { } kept)
            return kept;
        var file = await OriginalFile.OpenAsync(original.Entry.Source, original.Entry.Bytes, blobs, cancel);
        original.Copy = file.IsCopy ? file : null;
        return file;
    }

    private Original Enter(CatalogEntry entry)
    {
        lock (_gate)
        {
            if (!_originals.TryGetValue(entry.Source, out var original))
                _originals.Add(entry.Source, original = new(entry));
            if (original.Users++ == 0 && original.Copy is not null)
            {
                _idle.Remove(original);
                _idleBytes -= original.Entry.Bytes;
            }
            return original;
        }
    }

    private async ValueTask LeaveAsync(Original original)
    {
        List<OriginalFile> unwanted = [];
        lock (_gate)
        {
            if (--original.Users > 0)
                return;
            if (original.Copy is null)
                _originals.Remove(original.Entry.Source);
            else
            {
                _idle.AddLast(original);
                _idleBytes += original.Entry.Bytes;
            }
            while (_idleBytes > options.OriginalCacheBytes)
                unwanted.Add(RemoveOldest());
        }
        foreach (var copy in unwanted)
            await copy.DisposeAsync();
    }

    private OriginalFile RemoveOldest()
    {
        var oldest = _idle.First!.Value;
        _idle.RemoveFirst();
        _originals.Remove(oldest.Entry.Source);
        _idleBytes -= oldest.Entry.Bytes;
        return oldest.Copy!;
    }

    /// <summary>An original that somebody uses.</summary>
    public sealed class Loan(OriginalFile file, Func<ValueTask> giveBack) : IAsyncDisposable
    {
        /// <summary>The file.</summary>
        public OriginalFile File => file;

        public ValueTask DisposeAsync() => giveBack();
    }

    /// <summary>An original that is used, or of which a copy is kept.</summary>
    private sealed class Original(CatalogEntry entry)
    {
        public CatalogEntry Entry => entry;

        /// <summary>Held by the caller that has its turn.</summary>
        public SemaphoreSlim Turn { get; } = new(1);

        /// <summary>Callers that have their turn or wait for it.</summary>
        public int Users { get; set; }

        public OriginalFile? Copy { get; set; }
    }
}
