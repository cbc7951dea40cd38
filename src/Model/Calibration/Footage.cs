using System.Numerics.Tensors;

namespace TcMgc.Model.Calibration;

/// <summary>
/// What the footage looks like that a model was calibrated on, beside images of any kind. A segment that resembles the latter
/// more than nearly all that were calibrated on is other footage, of which the calibration says nothing. See Ren et al. (2021),
/// "A Simple Fix to Mahalanobis Distance for Improving Near-OOD Detection".
/// </summary>
/// <param name="Calibrated">Of the frame embeddings that were calibrated on.</param>
/// <param name="Background">Of the embeddings of images of any kind.</param>
/// <param name="Limit">
/// The distance that 19 of 20 videos keep that were calibrated on, each measured by a <paramref name="Calibrated"/> that did not
/// see it.
/// </param>
public sealed record Footage(Gaussian Calibrated, Gaussian Background, double Limit)
{
    /// <summary>
    /// How much less a segment resembles what was calibrated on than images of any kind: the relative Mahalanobis distance.
    /// </summary>
    /// <param name="frames">Its unit frame embeddings, rows of D; at least one.</param>
    /// <returns>
    /// The squared Mahalanobis distance of their unit mean from what was calibrated on less that from the background, by D.
    /// </returns>
    public double Distance(ReadOnlySpan<float> frames)
    {
        var d = Calibrated.Width;
        var segment = new float[d];
        for (var at = 0; at < frames.Length; at += d)
            TensorPrimitives.Add(segment, frames.Slice(at, d), segment);
        TensorPrimitives.Divide(segment, Math.Max(TensorPrimitives.Norm(segment), float.Epsilon), segment);
        return Calibrated.Distance(segment) - Background.Distance(segment);
    }

    /// <summary>Why it cannot be one for a model of width <paramref name="d"/>; null where it can.</summary>
    internal string? ReasonFor(int d) =>
        Calibrated.Reason ?? Background.Reason ?? (!double.IsFinite(Limit) ? "its limit for footage cannot be"
        : Calibrated.Width != d || Background.Width != d ? $"its statistics of footage are not of width {d}" : null);
}
