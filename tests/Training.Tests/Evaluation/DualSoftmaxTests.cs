using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Tests.Evaluation;

public sealed class DualSoftmaxTests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public void A_pair_scores_the_product_of_its_two_softmaxes()
    {
        float[][] logits = [[1, 2], [0.5f, -1], [3, 0]];

        var reranked = DualSoftmax.Rerank(Matrix.Of([0, 1, 0], logits));

        for (var query = 0; query < 3; query++)
            for (var video = 0; video < 2; video++)
            {
                var overVideos = Math.Exp(logits[query][video]) / logits[query].Sum(score => Math.Exp(score));
                var overQueries = Math.Exp(logits[query][video]) / logits.Sum(row => Math.Exp(row[video]));
                Assert.Equal(overVideos * overQueries, Math.Exp(reranked[query][video]), Tolerance);
            }
    }

    [Fact]
    public void A_video_that_is_near_every_query_is_ranked_lower()
    {
        // video 0 scores highest with both queries, but much higher with its own
        var logits = Matrix.Of([0, 1], [9, 1], [5, 4.5f]);

        var reranked = DualSoftmax.Rerank(logits);

        Assert.Equal(50, RetrievalMetrics.TextToVideo(logits).RecallAt1);
        Assert.Equal(100, RetrievalMetrics.TextToVideo(reranked).RecallAt1);
    }

    [Fact]
    public void Large_logits_stay_finite()
    {
        var reranked = DualSoftmax.Rerank(Matrix.Of([0, 1], [1e4f, -1e4f], [-1e4f, 1e4f]));

        Assert.All(reranked.Rows().SelectMany(row => row), score => Assert.True(float.IsFinite(score)));
        Assert.Equal(100, RetrievalMetrics.TextToVideo(reranked).RecallAt1);
    }

    [Fact]
    public void Equal_scores_stay_equal()
    {
        var reranked = DualSoftmax.Rerank(Matrix.Of([0, 1, 2], [7, 7, 7], [7, 7, 7], [7, 7, 7]));

        Assert.Single(reranked.Rows().SelectMany(row => row).Distinct());
    }

    [Property]
    public Property What_is_added_to_all_scores_changes_nothing() => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(-50, 50), 12).ToArbitrary(), Gen.Choose(-100, 100).ToArbitrary(), (scores, shift) =>
        {
            SimilarityMatrix Reranked(int added) =>
                DualSoftmax.Rerank(Matrix.Of([0, 1, 2, 0], [.. scores.Select(score => (float)(score + added)).Chunk(3)]));
            return Reranked(0).Rows().Zip(Reranked(shift).Rows())
                .All(rows => rows.First.Zip(rows.Second).All(pair => Math.Abs(pair.First - pair.Second) < Tolerance));
        });
}
