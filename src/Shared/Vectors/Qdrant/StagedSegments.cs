using System.Buffers;
using System.Runtime.InteropServices;

namespace TcMgc.Shared.Vectors.Qdrant;

/// <summary>
/// Segments of one answer in the order they came, decoded into one pooled buffer: a batch takes them in another order, and only
/// once the whole answer was read.
/// </summary>
internal sealed class StagedSegments : IDisposable
{
    private readonly int _capacity, _framesEach, _textBytes, _slotBytes;
    private readonly byte[] _bytes;
    private readonly List<(SegmentPlace Place, int FeatureBytes)> _slots;
    private readonly Dictionary<SegmentId, int> _slotOf;

    public StagedSegments(int capacity, SegmentBatch batch)
    {
        (_capacity, _framesEach, _textBytes) = (capacity, batch.FramesEach, batch.Dimensions * sizeof(float));
        _slotBytes = _textBytes + batch.FramesEach * batch.Dimensions * 2;
        _bytes = ArrayPool<byte>.Shared.Rent(checked(capacity * _slotBytes));
        (_slots, _slotOf) = (new(capacity), new(capacity));
    }

    public int Count => _slots.Count;

    /// <exception cref="InvalidDataException">A field is absent or of another size.</exception>
    public void Add(scoped in Point point)
    {
        if (_slots.Count == _capacity)
            throw new InvalidDataException($"it answers more than {_capacity} segments");
        var slot = _bytes.AsSpan(_slots.Count * _slotBytes, _slotBytes);
        if (point.Decode(point.Text, slot[.._textBytes], PointFields.Text) != _textBytes)
            throw point.Damaged(PointFields.Text);
        var featureBytes = point.Decode(point.Features, slot[_textBytes..], PointFields.Features);
        var place = point.Place(_framesEach);
        if (featureBytes != _slotBytes - _textBytes && featureBytes != place.FrameTimes.Length * _textBytes / 2)
            throw point.Damaged(PointFields.Features);
        _slotOf[place.Id] = _slots.Count;
        _slots.Add((place, featureBytes));
    }

    public void Clear()
    {
        _slots.Clear();
        _slotOf.Clear();
    }

    /// <summary>Gives a segment to the batch; nothing where it is not here.</summary>
    public void CopyTo(SegmentBatch batch, SegmentId segment)
    {
        if (_slotOf.TryGetValue(segment, out var slot))
            CopyTo(batch, slot);
    }

    /// <summary>Gives all to the batch.</summary>
    public void CopyTo(SegmentBatch batch)
    {
        for (var slot = 0; slot < _slots.Count; slot++)
            CopyTo(batch, slot);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private void CopyTo(SegmentBatch batch, int slot)
    {
        var (place, featureBytes) = _slots[slot];
        var bytes = _bytes.AsSpan(slot * _slotBytes, _slotBytes);
        batch.Add(place, MemoryMarshal.Cast<byte, float>(bytes[.._textBytes]), MemoryMarshal.Cast<byte, Half>(bytes.Slice(_textBytes, featureBytes)));
    }
}
