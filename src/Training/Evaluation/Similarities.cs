namespace TcMgc.Training.Evaluation;

/// <summary>What an evaluation goes by.</summary>
/// <param name="Logits">The head's scores.</param>
/// <param name="Nearness">Query · vector, −1 … 1: what candidates are found by when the model serves.</param>
/// <param name="ScoringTime">Time spent in scoring pairs, encoders left out.</param>
public sealed record Similarities(SimilarityMatrix Logits, SimilarityMatrix Nearness, TimeSpan ScoringTime)
{
    /// <summary>Milliseconds of scoring for 1,000 pairs.</summary>
    public double MillisecondsPerThousandPairs =>
        ScoringTime.TotalMilliseconds * 1000 / Math.Max(1L, (long)Logits.Queries * Logits.Videos);
}

/// <summary>What is being done in an evaluation.</summary>
public enum EvaluationStage
{
    /// <summary>Videos are encoded.</summary>
    Videos,

    /// <summary>Captions are encoded and scored with all videos.</summary>
    Captions,
}

/// <summary>How far an evaluation is.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Done">How many are done.</param>
/// <param name="Total">Of how many.</param>
public readonly record struct EvaluationProgress(EvaluationStage Stage, int Done, int Total);
