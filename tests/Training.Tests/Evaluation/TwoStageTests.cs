using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Tests.Evaluation;

public sealed class TwoStageTests
{
    /// <summary>Scores and nearness of random pairs, no two alike.</summary>
    private static Arbitrary<Similarities> Pairs { get; } = (
        from videos in Gen.Choose(1, 12)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select Random(videos, seed)).ToArbitrary();

    [Fact]
    public void Only_the_nearest_are_scored_and_the_rest_follow_by_nearness()
    {
        float[][] logits = [[9, 5, 7, 1], [1, 2, 3, 4], [4, 3, 2, 1]],
            nearness = [[0.1f, 0.8f, 0.9f, 0.2f], [0.9f, 0.8f, 0.7f, 0.6f], [0.9f, 0.8f, 0.1f, 0.2f]];
        var similarities = new Similarities(Matrix.Of([0, 1, 2], logits), Matrix.Of([0, 1, 2], nearness), TimeSpan.Zero);

        var two = TwoStage.Of(similarities, 2);

        // Query 0: video 0 scores best of all but is the last of the first stage. Query 1: second of the two nearest, first by
        // score. Query 2: last of the first stage again.
        Assert.Equal((2, 100 / 3.0, (4 + 1 + 4) / 3.0), (two.Candidates, two.TextToVideo.RecallAt1, two.TextToVideo.MeanRank));
        Assert.Equal(100 / 3.0, two.RightAmongCandidates);
        Assert.Equal(100 / 3.0, two.BestAmongCandidates);
    }

    [Property]
    public Property Every_video_a_candidate_is_exhaustive_scoring() => Holds(pairs =>
    {
        var two = TwoStage.Of(pairs, pairs.Logits.Videos + 3);
        return two.TextToVideo == RetrievalMetrics.TextToVideo(pairs.Logits)
            && two is { RightAmongCandidates: 100, BestAmongCandidates: 100 };
    });

    [Property]
    public Property One_candidate_is_the_first_stage_alone() => Holds(pairs =>
        TwoStage.Of(pairs, 1).TextToVideo == RetrievalMetrics.TextToVideo(pairs.Nearness));

    [Property]
    public Property More_candidates_never_hold_less() => Holds(pairs =>
    {
        var kept = Enumerable.Range(1, pairs.Logits.Videos).Select(k => TwoStage.Of(pairs, k)).ToArray();
        return kept.Zip(kept.Skip(1)).All(next => next.First.RightAmongCandidates <= next.Second.RightAmongCandidates
            && next.First.BestAmongCandidates <= next.Second.BestAmongCandidates);
    });

    [Property]
    public Property The_first_place_is_never_taken_by_a_video_that_is_no_candidate() => Holds(pairs =>
        Enumerable.Range(1, pairs.Logits.Videos)
        .All(k => TwoStage.Of(pairs, k) is var two && two.TextToVideo.RecallAt1 <= two.RightAmongCandidates));

    [Fact]
    public void Equal_scores_everywhere_perform_as_chance()
    {
        const int Videos = 20;
        SimilarityMatrix Zeros() => new([.. Enumerable.Range(0, Videos)], Videos);

        var two = TwoStage.Of(new(Zeros(), Zeros(), TimeSpan.Zero), 10);

        double[] metrics = [
            two.TextToVideo.RecallAt1, two.TextToVideo.RecallAt5, two.TextToVideo.RecallAt10, two.TextToVideo.MeanRank];
        Assert.Equal([5, 25, 50, 10.5], metrics.Select(metric => Math.Round(metric, 9)));
        Assert.Equal((50, 100), (two.RightAmongCandidates, two.BestAmongCandidates));
    }

    private static Property Holds(Func<Similarities, bool> law) => Prop.ForAll(Pairs, law);

    private static Similarities Random(int videos, int seed)
    {
        var random = new Random(seed);
        int[] right = [.. Enumerable.Range(0, videos), .. Enumerable.Range(0, videos)];
        SimilarityMatrix Fresh() => Matrix.Of(right, [.. right.Select(_ => Shuffled(videos, random))]);
        return new(Fresh(), Fresh(), TimeSpan.Zero);
    }

    private static float[] Shuffled(int videos, Random random)
    {
        float[] scores = [.. Enumerable.Range(0, videos)];
        random.Shuffle(scores);
        return scores;
    }
}
