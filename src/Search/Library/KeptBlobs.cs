using TcMgc.Search.Query;
using TcMgc.Shared.Blobs;

namespace TcMgc.Search.Library;

/// <summary>
/// Blobs that can be made again: those unused for longest go, so that all whose names begin in the same way take no more than
/// they may together. Each process counts those that it found at first and those that it was told of.
/// </summary>
/// <param name="blobs">Holds them.</param>
/// <param name="prefix">How their names begin.</param>
/// <param name="mostBytes">What they may take together.</param>
internal sealed class KeptBlobs(IBlobStore blobs, string prefix, long mostBytes) : IDisposable
{
    private readonly RecentlyUsed<string, long> _kept = new(mostBytes, bytes => bytes);
    private readonly SemaphoreSlim _counting = new(1);
    private bool _isCounted;

    /// <summary>Counts a blob that was written; others go to make room, or itself where it is too large.</summary>
    public async ValueTask AddAsync(string name, long bytes, CancellationToken cancel)
    {
        await CountAsync(cancel);
        await DeleteAsync(_kept.Add(name, bytes), cancel);
    }

    /// <summary>Counts a use of a blob.</summary>
    public void Touch(string name) => _kept.TryGet(name, out _);

    public void Dispose() => _counting.Dispose();

    /// <summary>Counts, once, those that earlier processes left; the newest ones count as used last.</summary>
    private async ValueTask CountAsync(CancellationToken cancel)
    {
        await _counting.WaitAsync(cancel);
        try
        {
            if (_isCounted)
                return;
            var found = await blobs.ListAsync(prefix, cancel).ToListAsync(cancel);
            foreach (var blob in found.OrderBy(blob => blob.Written))
                await DeleteAsync(_kept.Add(blob.Name, blob.Bytes), cancel);
            _isCounted = true;
        }
        finally
        {
            _counting.Release();
        }
    }

    private async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancel)
    {
        foreach (var name in names)
            await blobs.DeleteAsync(name, cancel);
    }
}
