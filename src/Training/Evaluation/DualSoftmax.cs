using System.Numerics.Tensors;

namespace TcMgc.Training.Evaluation;

/// <summary>
/// Dual-softmax re-ranking: a pair's score is the product of its softmax over the videos and its softmax over the queries, so
/// that a video that is near every query loses. It needs all queries of a test set at once; a search for one query cannot use it.
/// </summary>
public static class DualSoftmax
{
    /// <summary>The re-ranked scores, as logarithms: 2·s(q, v) − log Σᵥ exp s(q, ·) − log Σ_q exp s(·, v).</summary>
    /// <param name="logits">Scores that include the model's scale.</param>
    public static SimilarityMatrix Rerank(SimilarityMatrix logits)
    {
        var overQueries = LogSumExpOverQueries(logits);
        var reranked = new SimilarityMatrix(logits.RightVideos, logits.Videos);
        for (var query = 0; query < logits.Queries; query++)
        {
            ReadOnlySpan<float> scores = logits[query];
            var target = reranked[query];
            TensorPrimitives.Multiply(scores, 2, target);
            TensorPrimitives.Subtract(target, LogSumExp(scores), target);
            TensorPrimitives.Subtract(target, overQueries, target);
        }
        return reranked;
    }

    private static float LogSumExp(ReadOnlySpan<float> scores)
    {
        var (most, sum) = (TensorPrimitives.Max(scores), 0.0);
        foreach (var score in scores)
            sum += Math.Exp(score - most);
        return (float)(most + Math.Log(sum));
    }

    private static float[] LogSumExpOverQueries(SimilarityMatrix logits)
    {
        var (most, sums) = (new float[logits.Videos], new double[logits.Videos]);
        most.AsSpan().Fill(float.NegativeInfinity);
        for (var query = 0; query < logits.Queries; query++)
            TensorPrimitives.Max(most, logits[query], most);
        for (var query = 0; query < logits.Queries; query++)
        {
            var scores = logits[query];
            for (var video = 0; video < sums.Length; video++)
                sums[video] += Math.Exp(scores[video] - most[video]);
        }
        return [.. most.Zip(sums, (greatest, sum) => (float)(greatest + Math.Log(sum)))];
    }
}
