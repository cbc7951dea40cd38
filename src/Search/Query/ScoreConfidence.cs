using TcMgc.Model.Calibration;

namespace TcMgc.Search.Query;

/// <summary>How sure the results of one query are, and which of them are sure enough.</summary>
/// <param name="calibration">The model's.</param>
/// <param name="segments">Segments that the results were chosen from.</param>
/// <param name="threshold">Least probability of what is shown.</param>
internal sealed class ScoreConfidence(ScoreCalibration calibration, long segments, double threshold)
{
    public double Threshold => threshold;

    public Client.Confidence Of(in ScoredSegment segment)
    {
        var confidence = Judge(segment);
        return new(confidence.Probability, confidence.Band switch
        {
            ConfidenceBand.Strong => Client.ConfidenceBand.Strong,
            ConfidenceBand.Likely => Client.ConfidenceBand.Likely,
            _ => Client.ConfidenceBand.Weak,
        });
    }

    public bool Shows(ScoredSegment segment) => Judge(segment).Probability >= threshold;

    private Confidence Judge(in ScoredSegment segment) => calibration.Of(segment.Corrected, Math.Max(1, segments));
}
