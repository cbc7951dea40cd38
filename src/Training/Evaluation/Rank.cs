namespace TcMgc.Training.Evaluation;

/// <summary>
/// Rank of the right answer among all. Answers of equal score count as if in random order, so that a model that gives all the
/// same score performs as chance does.
/// </summary>
/// <param name="Greater">Other answers with a greater score.</param>
/// <param name="Equal">Other answers with the same score.</param>
internal readonly record struct Rank(int Greater, int Equal)
{
    /// <summary>The expected rank, from 1.</summary>
    public double Expected => 1 + Greater + (Equal / 2.0);

    /// <summary>The probability that it is among the first k, 0 … 1.</summary>
    public double HitAt(int k) => Math.Clamp((k - Greater) / (Equal + 1.0), 0, 1);

    /// <summary>The rank of the score at index <paramref name="right"/>; NaN ranks last.</summary>
    public static Rank Of(ReadOnlySpan<float> scores, int right)
    {
        var (greater, equal, own) = (0, 0, scores[right]);
        foreach (var score in scores)
        {
            var order = score.CompareTo(own);
            greater += order > 0 ? 1 : 0;
            equal += order == 0 ? 1 : 0;
        }
        return new(greater, equal - 1);
    }
}
