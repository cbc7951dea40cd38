using System.Numerics.Tensors;
using TcMgc.Shared.Frames;

namespace TcMgc.Shared.Vectors;

/// <summary>What every index refuses to write.</summary>
internal static class SegmentCheck
{
    /// <exception cref="InvalidOperationException">
    /// A vector's size is not the model's, or a pooled vector has a value that is not a finite number.
    /// </exception>
    public static void Check(this Segment segment, IndexModel model)
    {
        var (frames, d) = (segment.Place.FrameTimes.Length, model.Dimensions);
        if (frames < 1 || frames > model.Frames || segment.TextVector.Length != d || segment.ImageVector.Length != d
            || segment.Frames.Length != frames * d || (segment.Features is { } features && features.Length != model.Frames * d)
            || segment.Layouts.Length != frames * ColourLayout.Bytes)
            throw new InvalidOperationException(
                $"a segment's vectors are not of the model's sizes (1 to {model.Frames} frames of {d})");
        if (!float.IsFinite(TensorPrimitives.Norm<float>(segment.TextVector))
            || !float.IsFinite(TensorPrimitives.Norm<float>(segment.ImageVector)))
            throw new InvalidOperationException("a segment's vector has a value that is not a finite number");
    }
}
