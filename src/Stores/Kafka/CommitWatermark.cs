using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>
/// Deliveries of one partition may be done in any order; only the position below which every one is done may be committed, or a
/// restart would skip some.
/// </summary>
internal sealed class CommitWatermark
{
    private readonly SortedDictionary<long, bool> _inFlight = [];

    /// <summary>Takes a position in; positions grow.</summary>
    public void Delivered(long position) => _inFlight[position] = false;

    /// <summary>True where the position is in flight and not done.</summary>
    public bool Awaits(long position) => _inFlight.TryGetValue(position, out var done) && !done;

    /// <summary>Marks a position as done; gives the position to commit where the watermark moved, else null.</summary>
    public long? Done(long position)
    {
        if (!_inFlight.ContainsKey(position))
            return null;
        _inFlight[position] = true;
        long? watermark = null;
        while (_inFlight.Count > 0 && _inFlight.First() is { Value: true, Key: var first })
        {
            watermark = first;
            _inFlight.Remove(first);
        }
        return watermark;
    }
}
