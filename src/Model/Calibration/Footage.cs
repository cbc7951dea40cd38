using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace TcMgc.Model.Calibration;

/// <summary>
/// What the footage looks like that a model was calibrated on: a Gaussian over its frame embeddings. A segment that lies farther
/// from its mean than nearly all that were calibrated on is other footage, of which the calibration says nothing.
/// </summary>
/// <param name="Mean">D floats, little-endian: mean of the unit frame embeddings.</param>
/// <param name="Whitening">
/// D (D + 1) / 2 floats: the lower triangle, row by row, of the matrix that makes their covariance the unit matrix.
/// </param>
/// <param name="Limit">
/// The distance that 19 of 20 videos keep that were calibrated on, each measured by a Gaussian that did not see it.
/// </param>
public sealed record Footage(byte[] Mean, byte[] Whitening, double Limit)
{
    /// <summary>D: width of an embedding.</summary>
    [JsonIgnore]
    public int Width => Mean.Length / sizeof(float);

    /// <summary>How far a segment lies from what was calibrated on: 1 is usual for a frame, less for a segment.</summary>
    /// <param name="frames">Its unit frame embeddings, rows of D; at least one.</param>
    /// <returns>The squared Mahalanobis distance of their unit mean, by D.</returns>
    public double Distance(ReadOnlySpan<float> frames)
    {
        var d = Width;
        var segment = new float[d];
        for (var at = 0; at < frames.Length; at += d)
            TensorPrimitives.Add(segment, frames.Slice(at, d), segment);
        TensorPrimitives.Divide(segment, Math.Max(TensorPrimitives.Norm(segment), float.Epsilon), segment);
        TensorPrimitives.Subtract(segment, MemoryMarshal.Cast<byte, float>(Mean), segment);
        var rows = MemoryMarshal.Cast<byte, float>(Whitening);
        var sum = 0.0;
        for (int row = 0, at = 0; row < d; at += ++row)
        {
            var value = TensorPrimitives.Dot<float>(rows.Slice(at, row + 1), segment.AsSpan(0, row + 1));
            sum += value * value;
        }
        return sum / d;
    }

    /// <summary>Why it cannot be one; null where it can.</summary>
    internal string? Reason => Mean.Length % sizeof(float) != 0 || Width == 0
        || Whitening.Length != (long)Width * (Width + 1) / 2 * sizeof(float) ? "its statistics of footage have the wrong size"
        : !(Limit > 0) || !float.IsFinite(TensorPrimitives.SumOfMagnitudes(MemoryMarshal.Cast<byte, float>(Whitening)))
            || !float.IsFinite(TensorPrimitives.SumOfMagnitudes(MemoryMarshal.Cast<byte, float>(Mean)))
            ? "its statistics of footage cannot be" : null;
}
