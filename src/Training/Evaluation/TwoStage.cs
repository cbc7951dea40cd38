using TcMgc.Model;

namespace TcMgc.Training.Evaluation;

/// <summary>
/// Text → video retrieval in two stages, as search works: the head scores the K videos nearest by query · vector. The others
/// follow in the order of the first stage.
/// </summary>
/// <param name="Candidates">K, at most all videos.</param>
/// <param name="TextToVideo">Metrics of the two stages.</param>
/// <param name="RightAmongCandidates">Queries whose right video is among the K, in percent: the upper limit of R@1.</param>
/// <param name="BestAmongCandidates">Queries for which the video that scores best of all is among the K, in percent.</param>
public sealed record TwoStage(
    int Candidates, RetrievalMetrics TextToVideo, double RightAmongCandidates, double BestAmongCandidates)
{
    /// <summary>Measures two-stage retrieval. Of equally near videos the earlier one becomes a candidate.</summary>
    /// <param name="similarities">Scores and nearness of all pairs.</param>
    /// <param name="candidates">K, at least 1.</param>
    /// <exception cref="ModelException">There is no query.</exception>
    public static TwoStage Of(Similarities similarities, int candidates)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(candidates, 1);
        var (logits, nearness) = (similarities.Logits, similarities.Nearness);
        var k = Math.Min(candidates, logits.Videos);
        var (ranks, nearest) = (new Rank[logits.Queries], new int[logits.Videos]);
        var (rightKept, bestKept) = (0, 0);
        for (var query = 0; query < ranks.Length; query++)
        {
            ReadOnlySpan<float> scores = logits[query], near = nearness[query];
            Order(near, nearest);
            var kept = nearest.AsSpan(0, k);
            var right = logits.RightVideos[query];
            rightKept += kept.Contains(right) ? 1 : 0;
            bestKept += ContainsBest(scores, kept) ? 1 : 0;
            ranks[query] = kept.Contains(right) ? RankOf(right, scores, kept) : Behind(RankOf(right, near, nearest.AsSpan(k)), k);
        }
        var metrics = RetrievalMetrics.Of(ranks, logits.Videos);
        return new(k, metrics, 100.0 * rightKept / ranks.Length, 100.0 * bestKept / ranks.Length);
    }

    /// <summary>All videos, the nearest first.</summary>
    private static void Order(ReadOnlySpan<float> near, Span<int> nearest)
    {
        var nearness = near.ToArray();
        for (var video = 0; video < nearest.Length; video++)
            nearest[video] = video;
        nearest.Sort(
            (left, right) => nearness[right].CompareTo(nearness[left]) is var order and not 0 ? order : left.CompareTo(right));
    }

    /// <summary>Whether a video with the best score is among the candidates.</summary>
    private static bool ContainsBest(ReadOnlySpan<float> scores, ReadOnlySpan<int> kept)
    {
        var best = float.NaN;
        foreach (var score in scores)
            best = score.CompareTo(best) > 0 ? score : best;
        foreach (var video in kept)
            if (scores[video].CompareTo(best) == 0)
                return true;
        return false;
    }

    private static Rank RankOf(int right, ReadOnlySpan<float> scores, ReadOnlySpan<int> among)
    {
        var some = new float[among.Length];
        for (var i = 0; i < some.Length; i++)
            some[i] = scores[among[i]];
        return Rank.Of(some, among.IndexOf(right));
    }

    private static Rank Behind(Rank rank, int others) => rank with { Greater = rank.Greater + others };
}
