namespace TcMgc.Stores.Sqlite;

/// <summary>
/// The rows with the largest scores so far: a bounded heap with its least at the root; adding allocates nothing.
/// </summary>
internal sealed class BestRows(int count)
{
    private readonly (float Score, int Row, int Frame)[] _heap = new (float, int, int)[count];
    private int _filled;

    /// <summary>What a score must exceed to be kept; not a number at all while there is room.</summary>
    public float Least => _filled < _heap.Length ? float.NaN : _heap.Length > 0 ? _heap[0].Score : float.PositiveInfinity;

    public void Add(float score, int row, int frame = 0)
    {
        if (_filled < _heap.Length)
            Raise(_filled++, (score, row, frame));
        else if (_heap.Length > 0 && score > _heap[0].Score)
            Sink((score, row, frame));
    }

    public void AddAll(BestRows other)
    {
        foreach (var (score, row, frame) in other._heap.AsSpan(0, other._filled))
            Add(score, row, frame);
    }

    /// <summary>What was kept, best first; equal scores in the order of rows.</summary>
    public ReadOnlySpan<(float Score, int Row, int Frame)> Sorted()
    {
        var kept = _heap.AsSpan(0, _filled);
        kept.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Row.CompareTo(b.Row));
        return kept;
    }

    private void Raise(int at, (float Score, int Row, int Frame) added)
    {
        while (at > 0 && _heap[(at - 1) / 2].Score > added.Score)
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        _heap[at] = added;
    }

    private void Sink((float Score, int Row, int Frame) added)
    {
        var at = 0;
        while (2 * at + 1 < _filled)
        {
            var child = 2 * at + 1;
            if (child + 1 < _filled && _heap[child + 1].Score < _heap[child].Score)
                child++;
            if (_heap[child].Score >= added.Score)
                break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = added;
    }
}
