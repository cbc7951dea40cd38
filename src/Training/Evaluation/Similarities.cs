namespace TcMgc.Training.Evaluation;

/// <summary>Scores of all pairs in an evaluation.</summary>
/// <param name="Logits">The head's scores.</param>
/// <param name="Nearness">Query · vector, −1 … 1, by which a search chooses candidates.</param>
/// <param name="ScoringTime">Time of scoring pairs, without the encoders.</param>
public sealed record Similarities(SimilarityMatrix Logits, SimilarityMatrix Nearness, TimeSpan ScoringTime)
{
    /// <summary>Milliseconds of scoring for 1,000 pairs.</summary>
    public double MillisecondsPerThousandPairs =>
        ScoringTime.TotalMilliseconds * 1000 / Math.Max(1L, (long)Logits.Queries * Logits.Videos);
}

/// <summary>Stage of an evaluation.</summary>
public enum EvaluationStage
{
    /// <summary>Videos are encoded.</summary>
    Videos,

    /// <summary>Captions are encoded and scored with all videos.</summary>
    Captions,
}

/// <summary>Progress of an evaluation.</summary>
/// <param name="Stage">The current stage.</param>
/// <param name="Done">Videos or captions that are done.</param>
/// <param name="Total">All of them.</param>
public readonly record struct EvaluationProgress(EvaluationStage Stage, int Done, int Total);
