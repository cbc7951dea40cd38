using TcMgc.Model;

namespace TcMgc.Training.Evaluation;

/// <summary>
/// Retrieval metrics in one direction. Answers of equal score count as if in random order: a rank is 1 + (greater scores) +
/// (equal others) / 2, a hit at k its probability.
/// </summary>
/// <param name="Queries">Number of queries.</param>
/// <param name="Candidates">Number of candidates of each query.</param>
/// <param name="RecallAt1">R@1: queries with the right answer first, in percent.</param>
/// <param name="RecallAt5">R@5: among the first five, in percent.</param>
/// <param name="RecallAt10">R@10: among the first ten, in percent.</param>
/// <param name="MedianRank">MdR: median rank of the right answer, from 1; the mean of the middle two for an even number.</param>
/// <param name="MeanRank">MnR: mean rank of the right answer, from 1.</param>
public sealed record RetrievalMetrics(
    int Queries, int Candidates, double RecallAt1, double RecallAt5, double RecallAt10, double MedianRank, double MeanRank)
{
    /// <summary>R@1 + R@5 + R@10.</summary>
    public double SumOfRecalls => RecallAt1 + RecallAt5 + RecallAt10;

    /// <summary>Text → video: every caption is a query, all videos are candidates, one is right.</summary>
    /// <exception cref="ModelException">There is no query.</exception>
    public static RetrievalMetrics TextToVideo(SimilarityMatrix similarities)
    {
        var ranks = new Rank[similarities.Queries];
        for (var query = 0; query < ranks.Length; query++)
            ranks[query] = Rank.Of(similarities[query], similarities.RightVideos[query]);
        return Of(ranks, similarities.Videos);
    }

    /// <summary>
    /// Video → text: every captioned video is a query. As in CLIP4Clip and later papers, all captions of a video are one
    /// candidate with the score of the best of them.
    /// </summary>
    /// <exception cref="ModelException">There is no query.</exception>
    public static RetrievalMetrics VideoToText(SimilarityMatrix similarities)
    {
        var captioned = similarities.RightVideos.Distinct().ToArray();
        var place = captioned.Index().ToDictionary(video => video.Item, video => video.Index);
        var best = new float[captioned.Length * captioned.Length];                               // [videos, captions of a video]
        best.AsSpan().Fill(float.NaN);
        for (var query = 0; query < similarities.Queries; query++)
        {
            var scores = similarities[query];
            var captions = place[similarities.RightVideos[query]];
            for (var video = 0; video < captioned.Length; video++)
            {
                ref var known = ref best[(video * captioned.Length) + captions];
                if (scores[captioned[video]].CompareTo(known) > 0)
                    known = scores[captioned[video]];
            }
        }
        var ranks = new Rank[captioned.Length];
        for (var video = 0; video < ranks.Length; video++)
            ranks[video] = Rank.Of(best.AsSpan(video * captioned.Length, captioned.Length), video);
        return Of(ranks, captioned.Length);
    }

    /// <summary>The metrics of some ranks.</summary>
    internal static RetrievalMetrics Of(ReadOnlySpan<Rank> ranks, int candidates)
    {
        if (ranks.IsEmpty)
            throw new ModelException("there is nothing to evaluate: no video has both frames and a caption");
        var expected = new double[ranks.Length];
        var (at1, at5, at10) = (0.0, 0.0, 0.0);
        for (var i = 0; i < ranks.Length; i++)
        {
            expected[i] = ranks[i].Expected;
            (at1, at5, at10) = (at1 + ranks[i].HitAt(1), at5 + ranks[i].HitAt(5), at10 + ranks[i].HitAt(10));
        }
        Array.Sort(expected);
        return new(ranks.Length, candidates, 100 * at1 / ranks.Length, 100 * at5 / ranks.Length, 100 * at10 / ranks.Length,
            (expected[(ranks.Length - 1) / 2] + expected[ranks.Length / 2]) / 2, expected.Average());
    }
}
