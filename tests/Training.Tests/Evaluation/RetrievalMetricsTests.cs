using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Model;
using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Tests.Evaluation;

public sealed class RetrievalMetricsTests
{
    private const double Tolerance = 1e-9;

    /// <summary>Small matrices of few different scores, so that there are ties; the first queries have a video each.</summary>
    private static Arbitrary<SimilarityMatrix> Matrices { get; } = (
        from videos in Gen.Choose(1, 8)
        from more in Gen.Choose(0, 6)
        from rest in Gen.ArrayOf(Gen.Choose(0, videos - 1), more)
        from scores in Gen.ArrayOf(Gen.Choose(-3, 3), (videos + more) * videos)
        select Matrix.Of(
            [.. Enumerable.Range(0, videos), .. rest], [.. scores.Select(score => (float)score).Chunk(videos)])).ToArbitrary();

    [Fact]
    public void Ranks_of_a_matrix_without_ties_are_counted()
    {
        var matrix = Matrix.Of([0, 1, 2], [9, 1, 2], [5, 4, 3], [8, 7, 6]);

        var metrics = RetrievalMetrics.TextToVideo(matrix);

        Assert.Equal(
            new(Queries: 3, Candidates: 3, RecallAt1: 100 / 3.0, RecallAt5: 100, RecallAt10: 100, MedianRank: 2, MeanRank: 2),
            metrics);
        Assert.Equal(100 / 3.0 + 200, metrics.SumOfRecalls, Tolerance);
    }

    [Fact]
    public void Video_to_text_ranks_the_columns()
    {
        var matrix = Matrix.Of([0, 1, 2], [9, 1, 2], [5, 4, 3], [8, 7, 6]);

        var metrics = RetrievalMetrics.VideoToText(matrix);

        Assert.Equal(
            new(Queries: 3, Candidates: 3, RecallAt1: 200 / 3.0, RecallAt5: 100, RecallAt10: 100, MedianRank: 1,
                MeanRank: 4 / 3.0), metrics);
    }

    [Fact]
    public void The_median_of_an_even_number_of_ranks_lies_between_the_middle_two()
    {
        var matrix = Matrix.Of([0, 0], [1, 0, 0, 0], [1, 2, 3, 4]);

        Assert.Equal(2.5, RetrievalMetrics.TextToVideo(matrix).MedianRank);
    }

    [Fact]
    public void Each_of_several_captions_is_a_query_and_together_they_are_one_answer()
    {
        // Video 0 is found best by its second caption; video 1 is mistaken for video 0.
        var matrix = Matrix.Of([0, 0, 1], [1, 2], [9, 3], [4, 8]);

        var (texts, videos) = (RetrievalMetrics.TextToVideo(matrix), RetrievalMetrics.VideoToText(matrix));

        Assert.Equal((3, 2, 200 / 3.0), (texts.Queries, texts.Candidates, texts.RecallAt1));
        Assert.Equal((2, 2, 100), (videos.Queries, videos.Candidates, videos.RecallAt1));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.NaN)]
    public void Equal_scores_everywhere_perform_as_chance(float score)
    {
        const int Videos = 20;
        var rows = Enumerable.Repeat(Enumerable.Repeat(score, Videos).ToArray(), Videos).ToArray();
        var matrix = Matrix.Of([.. Enumerable.Range(0, Videos)], rows);

        foreach (var metrics in new[] { RetrievalMetrics.TextToVideo(matrix), RetrievalMetrics.VideoToText(matrix) })
            Assert.Equal(new(Videos, Videos, 5, 25, 50, 10.5, 10.5), Rounded(metrics));
    }

    [Fact]
    public void A_NaN_score_ranks_last()
    {
        var matrix = Matrix.Of([0, 1], [float.NaN, -9], [float.NaN, float.NegativeInfinity]);

        Assert.Equal(1.5, RetrievalMetrics.TextToVideo(matrix).MeanRank);
    }

    [Fact]
    public void An_evaluation_without_queries_is_refused()
    {
        var error = Assert.Throws<ModelException>(() => RetrievalMetrics.TextToVideo(new([], 3)));

        Assert.Contains("nothing to evaluate", error.Message, StringComparison.Ordinal);
    }

    [Property]
    public Property A_strictly_rising_function_of_the_scores_changes_nothing() => Holds(matrix =>
    {
        var risen = Matrix.Of(
            [.. matrix.RightVideos], [.. matrix.Rows().Select(row => row.Select(score => MathF.Exp(score) - 7).ToArray())]);
        return Both(risen).SequenceEqual(Both(matrix));
    });

    [Property]
    public Property The_order_of_the_videos_changes_nothing() => Holds(matrix =>
    {
        var order = Enumerable.Range(0, matrix.Videos).ToArray();
        new Random(matrix.Queries).Shuffle(order);
        var shuffled = Matrix.Of([.. matrix.RightVideos.Select(video => Array.IndexOf(order, video))],
            [.. matrix.Rows().Select(row => order.Select(video => row[video]).ToArray())]);
        return Both(shuffled).SequenceEqual(Both(matrix));
    });

    [Property]
    public Property The_order_of_the_queries_changes_nothing() => Holds(matrix =>
    {
        var turned = Matrix.Of([.. matrix.RightVideos.Reverse()], [.. matrix.Rows().Reverse()]);
        return Both(turned).SequenceEqual(Both(matrix));
    });

    [Property]
    public Property Recall_rises_with_k_and_everything_stays_in_its_bounds() => Holds(matrix => Both(matrix).All(metrics =>
        metrics.RecallAt1 is >= 0 && metrics.RecallAt1 <= metrics.RecallAt5 && metrics.RecallAt5 <= metrics.RecallAt10
        && metrics.RecallAt10 <= 100 + Tolerance
        && metrics.MedianRank >= 1 && metrics.MedianRank <= metrics.Candidates && metrics.MeanRank >= 1
        && metrics.MeanRank <= metrics.Candidates));

    [Property]
    public Property One_caption_a_video_makes_the_two_ways_mirror_each_other() => Holds(matrix =>
    {
        var rows = matrix.Rows()[..matrix.Videos];
        int[] diagonal = [.. Enumerable.Range(0, matrix.Videos)];
        var mirrored = diagonal.Select(video => rows.Select(row => row[video]).ToArray()).ToArray();
        return Rounded(RetrievalMetrics.TextToVideo(Matrix.Of(diagonal, rows))) == Rounded(
            RetrievalMetrics.VideoToText(Matrix.Of(diagonal, mirrored)));
    });

    private static Property Holds(Func<SimilarityMatrix, bool> law) => Prop.ForAll(Matrices, law);

    /// <summary>Sums of doubles depend on their order in the last digits.</summary>
    private static RetrievalMetrics[] Both(SimilarityMatrix matrix) =>
        [Rounded(RetrievalMetrics.TextToVideo(matrix)), Rounded(RetrievalMetrics.VideoToText(matrix))];

    private static RetrievalMetrics Rounded(RetrievalMetrics metrics) => metrics with
    {
        RecallAt1 = Math.Round(metrics.RecallAt1, 6),
        RecallAt5 = Math.Round(metrics.RecallAt5, 6),
        RecallAt10 = Math.Round(metrics.RecallAt10, 6),
        MeanRank = Math.Round(metrics.MeanRank, 6),
    };
}
