namespace TcMgc.Training.Datasets;

/// <summary>
/// At most M frames, evenly spaced over however many are added: when the room for 4 M is full, every second one goes, and only
/// every second one is taken from then on.
/// </summary>
internal sealed class SpacedFrames(int capacity, int frameBytes)
{
    private const int Room = 4;

    private readonly List<byte[]> _kept = [];
    private long _added, _stride = 1;

    /// <summary>Frames there are, at most M.</summary>
    public int Count => Math.Min(_kept.Count, capacity);

    /// <summary>Their pixels, one after the other.</summary>
    public byte[] Pixels
    {
        get
        {
            var chosen = new int[capacity];
            var count = FrameSampling.Uniform(_kept.Count, chosen);
            var pixels = new byte[count * frameBytes];
            for (var i = 0; i < count; i++)
                _kept[chosen[i]].CopyTo(pixels, i * frameBytes);
            return pixels;
        }
    }

    /// <summary>Takes a copy of a frame.</summary>
    public void Add(ReadOnlySpan<byte> frame)
    {
        if (_added++ % _stride != 0)
            return;
        _kept.Add(frame.ToArray());
        if (_kept.Count < Room * capacity)
            return;
        for (var i = 0; i < _kept.Count / 2; i++)
            _kept[i] = _kept[2 * i];
        _kept.RemoveRange(_kept.Count / 2, _kept.Count - (_kept.Count / 2));
        _stride *= 2;
    }
}
