namespace TcMgc.Training.Evaluation;

/// <summary>
/// Where the right answer stands among all. Answers of equal score stand in random order, so that a model that tells nothing
/// apart has what chance gives.
/// </summary>
/// <param name="Greater">Other answers of a greater score.</param>
/// <param name="Equal">Other answers of the same score.</param>
internal readonly record struct Rank(int Greater, int Equal)
{
    /// <summary>The rank to be expected, from 1.</summary>
    public double Expected => 1 + Greater + (Equal / 2.0);

    /// <summary>The probability that it is among the first k, 0 … 1.</summary>
    public double HitAt(int k) => Math.Clamp((k - Greater) / (Equal + 1.0), 0, 1);

    /// <summary>The rank of one of the scores among them; one that is no number is less than any other.</summary>
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
