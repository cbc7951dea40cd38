namespace TcMgc.Model.Calibration;

/// <summary>
/// From a logit to a probability: how often a first result of such a score matches the text, in libraries of which half hold a
/// match. A logistic function of the score (Platt's), of how many segments the best was chosen from, and of the text's shape.
/// </summary>
/// <param name="Intercept">The constant.</param>
/// <param name="Score">Weight of the logit; greater than 0, so that a better score is never less sure.</param>
/// <param name="Segments">Weight of the logarithm of the segments searched: among many wrong ones the best scores high.</param>
/// <param name="Length">Weight of the logarithm of the text's tokens.</param>
/// <param name="Spelling">Weight of the tokens that each word takes beyond its first.</param>
/// <param name="Threshold">Least probability of what is shown unless a request says otherwise, 0 … 1.</param>
/// <param name="Data">What it was fitted on.</param>
/// <param name="Answers">How many first results.</param>
public sealed record ScoreCalibration(
    double Intercept, double Score, double Segments, double Length, double Spelling, double Threshold, string Data, int Answers)
{
    /// <summary>
    /// What the footage looks like that it was fitted on; null where nobody measured that: then it is taken to hold for any.
    /// </summary>
    public Footage? Footage { get; init; }

    /// <summary>How sure a video is that scores so.</summary>
    /// <param name="logit">The best segment's score with the text.</param>
    /// <param name="segments">Segments that it was chosen from, at least 1.</param>
    /// <param name="text">The text.</param>
    public Confidence Of(float logit, long segments, TextShape text) => Of(Corrected(logit, text), segments);

    /// <inheritdoc cref="Of(float, long, TextShape)"/>
    /// <param name="corrected">The best segment's score, <see cref="Corrected"/>.</param>
    /// <param name="segments">Segments that it was chosen from, at least 1.</param>
    public Confidence Of(double corrected, long segments) =>
        new(LogisticFit.Probability(Intercept + (Score * corrected) + (Segments * Math.Log(segments))));

    /// <summary>
    /// A score without what the text's shape has to do with it: among several texts, the least is that of the least sure one.
    /// </summary>
    /// <param name="logit">A segment's score with the text.</param>
    /// <param name="text">The text.</param>
    public double Corrected(float logit, TextShape text) =>
        logit + (((Length * text.Length) + (Spelling * text.Spelling)) / Score);

    /// <summary>Why it cannot be one of a model of width <paramref name="d"/>; null where it can.</summary>
    internal string? ReasonFor(int d) =>
        !(Score > 0) || !new[] { Intercept, Score, Segments, Length, Spelling }.All(double.IsFinite) ? "its weights cannot be"
        : Threshold is >= 0 and <= 1 ? Footage?.ReasonFor(d) : $"its threshold is {Threshold}, it must be from 0 to 1";
}
