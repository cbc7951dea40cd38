using TcMgc.Model.Calibration;
using TcMgc.Shared;

namespace TcMgc.Search.Query;

/// <summary>How sure the results of one query are, and which of them are sure enough.</summary>
/// <param name="calibration">The model's.</param>
/// <param name="segments">Segments that the results were chosen from.</param>
/// <param name="threshold">Least probability of what is shown.</param>
/// <param name="unfamiliar">
/// Segments of footage that the calibration says nothing of: they have no confidence, and are shown where their score would do
/// for the others. Where most are, nothing has one and all is shown: a single segment tells less than the library around it.
/// Null where the calibration does not know such footage from other.
/// </param>
internal sealed class ScoreConfidence(ScoreCalibration calibration, long segments, double threshold,
    (IReadOnlySet<SegmentId> Segments, bool AreMost)? unfamiliar)
{
    private readonly bool _areMostUnfamiliar = unfamiliar?.AreMost is true;

    /// <summary>Least probability of what is shown; 0 where nothing has one.</summary>
    public double Threshold => _areMostUnfamiliar ? 0 : threshold;

    public bool? IsUnfamiliar(in ScoredSegment segment) => unfamiliar?.Segments.Contains(segment.Place.Id);

    public Client.Confidence? Of(in ScoredSegment segment)
    {
        if (_areMostUnfamiliar || IsUnfamiliar(segment) is true)
            return null;
        var confidence = Judge(segment);
        return new(confidence.Probability, confidence.Band switch
        {
            ConfidenceBand.Strong => Client.ConfidenceBand.Strong,
            ConfidenceBand.Likely => Client.ConfidenceBand.Likely,
            _ => Client.ConfidenceBand.Weak,
        });
    }

    public bool Shows(ScoredSegment segment) =>
        _areMostUnfamiliar || Judge(segment).Probability >= Threshold;

    private Confidence Judge(in ScoredSegment segment) => calibration.Of(segment.Corrected, Math.Max(1, segments));
}
