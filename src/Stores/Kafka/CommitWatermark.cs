using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>
/// The commit position of one partition. Deliveries may be completed in any order, but only a position up to which all are
/// complete may be committed: otherwise a restart would skip some.
/// </summary>
internal sealed class CommitWatermark
{
    private readonly SortedDictionary<long, bool> _inFlight = [];

    /// <summary>Adds a position in flight; positions ascend.</summary>
    public void Delivered(long position) => _inFlight[position] = false;

    /// <summary>Whether the position is in flight and not complete.</summary>
    public bool IsPending(long position) => _inFlight.TryGetValue(position, out var done) && !done;

    /// <summary>Marks a position as complete.</summary>
    /// <returns>The position to commit, if the watermark moved; else null.</returns>
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
