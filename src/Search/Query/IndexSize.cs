using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Query;

/// <summary>
/// How many segments a collection has, as of a few seconds ago: counting takes time, and confidence needs only their logarithm.
/// </summary>
internal sealed class IndexSize(ICatalog catalog, TimeProvider time)
{
    private const int Remembered = 256;

    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(10);

    private readonly RecentlyUsed<CollectionId, Counted> _last = new(Remembered, _ => 1);

    private sealed record Counted(long Segments, long At);

    public async ValueTask<long> SegmentsAsync(CollectionId collection, CancellationToken cancel)
    {
        if (!_last.TryGet(collection, out var last) || time.GetElapsedTime(last.At) > s_keep)
            _last.Add(collection, last = new((await catalog.TotalsAsync(collection, cancel)).Segments, time.GetTimestamp()));
        return last.Segments;
    }
}
