using System.Numerics.Tensors;

namespace TcMgc.Shared.Vectors;

/// <summary>A buffer for segments, allocated once and filled by the index, in the layout that a head scores.</summary>
public sealed class SegmentBatch
{
    private readonly SegmentPlace[] _places;

    /// <summary>Allocates the buffer.</summary>
    /// <param name="capacity">Segments that it can hold, at least 1.</param>
    /// <param name="model">The model that fixes N and D.</param>
    public SegmentBatch(int capacity, IndexModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (Capacity, FramesEach, Dimensions) = (capacity, model.Frames, model.Dimensions);
        _places = new SegmentPlace[capacity];
        Vectors = new float[capacity * Dimensions];
        Features = new Half[checked(capacity * FramesEach * Dimensions)];
        Mask = new float[capacity * FramesEach];
    }

    /// <summary>Segments that it can hold.</summary>
    public int Capacity { get; }

    /// <summary>N.</summary>
    public int FramesEach { get; }

    /// <summary>D.</summary>
    public int Dimensions { get; }

    /// <summary>Segments that it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Where the segments lie; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<SegmentPlace> Places => _places.AsSpan(0, Count);

    /// <summary>Capacity × D: <see cref="Segment.TextVector"/> of each segment.</summary>
    public float[] Vectors { get; }

    /// <summary>
    /// Capacity × N × D: what the head scores, zero where a segment has no row; in half precision, as indexes keep it.
    /// </summary>
    public Half[] Features { get; }

    /// <summary>Capacity × N: 1 for a frame, 0 for padding.</summary>
    public float[] Mask { get; }

    /// <summary>Empties the buffer.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a segment; its mask and padding are set from the number of its frames and rows.</summary>
    /// <param name="place">The segment.</param>
    /// <param name="vector">D values.</param>
    /// <param name="features">Rows of D values, at most N.</param>
    /// <exception cref="InvalidOperationException">The buffer is full.</exception>
    public void Add(SegmentPlace place, ReadOnlySpan<float> vector, ReadOnlySpan<Half> features)
    {
        ThrowIfFull();
        features.CopyTo(NextFeatures);
        Add(place, vector, features.Length);
    }

    /// <summary>As the other, with features in single precision that were halves before.</summary>
    internal void Add(SegmentPlace place, ReadOnlySpan<float> vector, ReadOnlySpan<float> features)
    {
        ThrowIfFull();
        TensorPrimitives.ConvertToHalf(features, NextFeatures);
        Add(place, vector, features.Length);
    }

    private Span<Half> NextFeatures => Features.AsSpan(Count * FramesEach * Dimensions, FramesEach * Dimensions);

    private void ThrowIfFull()
    {
        if (Count == Capacity)
            throw new InvalidOperationException($"the batch holds {Capacity} segments already");
    }

    private void Add(SegmentPlace place, ReadOnlySpan<float> vector, int features)
    {
        ArgumentNullException.ThrowIfNull(place);
        vector.CopyTo(Vectors.AsSpan(Count * Dimensions, Dimensions));
        NextFeatures[features..].Clear();
        var mask = Mask.AsSpan(Count * FramesEach, FramesEach);
        mask[..place.FrameTimes.Length].Fill(1);
        mask[place.FrameTimes.Length..].Clear();
        _places[Count++] = place;
    }
}
