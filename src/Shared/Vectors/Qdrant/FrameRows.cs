using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using TcMgc.Shared.Frames;

namespace TcMgc.Shared.Vectors.Qdrant;

/// <summary>Plain frame embeddings as they come from a point's payload; holds room for those of one segment.</summary>
internal sealed class FrameRows(IndexModel model) : IDisposable
{
    private readonly byte[] _halves = ArrayPool<byte>.Shared.Rent(model.Frames * model.Dimensions * 2);
    private readonly float[] _values = ArrayPool<float>.Shared.Rent(model.Frames * model.Dimensions);

    /// <summary>A point with all of its frames.</summary>
    /// <exception cref="InvalidDataException">Something is absent or of another size.</exception>
    public static SegmentFrames Read(scoped in Point point, ReadOnlySpan<byte> base64, IndexModel model)
    {
        var place = point.Place(model.Frames);
        var frames = new Half[place.FrameTimes.Length * model.Dimensions];
        Decode(point, base64, MemoryMarshal.AsBytes(frames.AsSpan()), PointFields.Frames);
        var layouts = new byte[place.FrameTimes.Length * ColourLayout.Bytes];
        Decode(point, point.Layouts, layouts, PointFields.Layouts);
        return new(place, frames, layouts);
    }

    /// <summary>The frame of a point with the largest dot product.</summary>
    /// <exception cref="InvalidDataException">Something is absent or of another size.</exception>
    public FrameMatch Best(scoped in Point point, ReadOnlySpan<byte> base64, ReadOnlySpan<float> query)
    {
        var place = point.Place(model.Frames);
        var count = place.FrameTimes.Length * model.Dimensions;
        var halves = _halves.AsSpan(0, count * 2);
        Decode(point, base64, halves, PointFields.Frames);
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(halves), _values);
        var (best, similarity) = (0, float.NegativeInfinity);
        for (var frame = 0; frame < place.FrameTimes.Length; frame++)
            if (TensorPrimitives.Dot(query, _values.AsSpan(frame * model.Dimensions, model.Dimensions)) is var dot && dot > similarity)
                (best, similarity) = (frame, dot);
        return new(place.Id, place.Video, best, place.FrameTimes[best], similarity);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_halves);
        ArrayPool<float>.Shared.Return(_values);
    }

    private static void Decode(scoped in Point point, ReadOnlySpan<byte> base64, Span<byte> bytes, string field)
    {
        if (point.Decode(base64, bytes, field) != bytes.Length)
            throw point.Damaged(field);
    }
}
