namespace TcMgc.Training.Datasets;

/// <summary>
/// Keeps at most M frames, evenly spaced over all that are added. When 4 M are kept, every second one is dropped, and from then
/// on only every second added frame is kept.
/// </summary>
internal sealed class SpacedFrames(int capacity, int frameBytes)
{
    private const int Reserve = 4;

    private readonly List<byte[]> _kept = [];
    private long _added, _stride = 1;

    /// <summary>Number of frames, at most M.</summary>
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

    /// <summary>Adds a copy of a frame.</summary>
    public void Add(ReadOnlySpan<byte> frame)
    {
        if (_added++ % _stride != 0)
            return;
        _kept.Add(frame.ToArray());
        if (_kept.Count < Reserve * capacity)
            return;
        for (var i = 0; i < _kept.Count / 2; i++)
            _kept[i] = _kept[2 * i];
        _kept.RemoveRange(_kept.Count / 2, _kept.Count - (_kept.Count / 2));
        _stride *= 2;
    }
}
