using TcMgc.Model.Calibration;

namespace TcMgc.Search.Query;

/// <summary>How sure the results of one query are, and which of them are sure enough.</summary>
/// <param name="calibration">The model's.</param>
/// <param name="segments">Segments that the results were chosen from.</param>
/// <param name="threshold">Least probability that is shown.</param>
internal sealed class ScoreConfidence(ScoreCalibration calibration, long segments, double threshold)
{
    public double Threshold => threshold;

    public Confidence Of(in ScoredSegment segment) => calibration.Of(segment.Corrected, Math.Max(1, segments));

    public bool Shows(ScoredSegment segment) => Of(segment).Probability >= threshold;
}
