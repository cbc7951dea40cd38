using TcMgc.Model.Calibration;

namespace TcMgc.Search;

/// <summary>How sure the results of one query are, and which of them are sure enough.</summary>
/// <param name="calibration">The model's.</param>
/// <param name="text">The only text of the query.</param>
/// <param name="segments">Segments that the results were chosen from.</param>
/// <param name="threshold">Least probability that is shown.</param>
internal sealed class ScoreConfidence(ScoreCalibration calibration, TextShape text, long segments, double threshold)
{
    public double Threshold => threshold;

    public Confidence Of(float score) => calibration.Of(score, Math.Max(1, segments), text);

    public bool Shows(float score) => Of(score).Probability >= threshold;
}
