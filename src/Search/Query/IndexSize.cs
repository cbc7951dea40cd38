using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>
/// How many segments the index holds, as of a few seconds ago: counting takes time, and confidence needs only its logarithm.
/// </summary>
internal sealed class IndexSize(IVectorIndex index, TimeProvider time)
{
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(10);

    private Counted? _last;

    private sealed record Counted(long Segments, long At);

    public async ValueTask<long> SegmentsAsync(CancellationToken cancel)
    {
        if (_last is not { } last || time.GetElapsedTime(last.At) > s_keep)
            _last = last = new(await index.CountAsync(cancel), time.GetTimestamp());
        return last.Segments;
    }
}
