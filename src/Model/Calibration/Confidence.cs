namespace TcMgc.Model.Calibration;

/// <summary>A probability in a word.</summary>
public enum ConfidenceBand
{
    /// <summary>Less than one in three of such results are right.</summary>
    Weak,

    /// <summary>At least one in three of such results is right.</summary>
    Likely,

    /// <summary>At least two in three of such results are right.</summary>
    Strong,
}

/// <summary>How sure a result is: the probability that a first result like it matches the text, and the word for it.</summary>
/// <param name="Probability">0 … 1.</param>
public readonly record struct Confidence(double Probability)
{
    private const double LeastLikely = 1.0 / 3, LeastStrong = 2.0 / 3;

    /// <summary>The word for it.</summary>
    public ConfidenceBand Band => Probability >= LeastStrong ? ConfidenceBand.Strong : Probability >= LeastLikely
        ? ConfidenceBand.Likely : ConfidenceBand.Weak;
}
