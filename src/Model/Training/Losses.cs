using TcMgc.Model.Graphs;

namespace TcMgc.Model.Training;

/// <summary>
/// The losses of the papers over a batch of B videos and K captions of each: texts [K·B], the first captions of all videos before
/// the second ones. Each round of B texts is a batch of its own, so that with K = 1 these are the papers' losses.
/// </summary>
internal static class Losses
{
    /// <summary>Symmetric InfoNCE over logits [K·B, B], where text k·B + i matches video i.</summary>
    public static Tensor InfoNce(Graph g, Tensor logits)
    {
        var rounds = Rounds(g, logits);
        return (DiagonalMean(g, g.LogSoftmax(rounds, 2)) + DiagonalMean(g, g.LogSoftmax(rounds, 1))) * -0.5f;
    }

    /// <summary>SDR, similarity decorrelation: the mean over matching pairs of the unbiased variance of their C contrasts [C, K·B, B].</summary>
    public static Tensor SimilarityDecorrelation(Graph g, Tensor contrasts)
    {
        var centred = contrasts - g.Mean(contrasts, 0, keep: true);
        var variance = g.Sum(centred * centred, 0) / (contrasts.Shape[0].Factor - 1);
        return DiagonalMean(g, Rounds(g, variance));
    }

    private static Tensor Rounds(Graph g, Tensor matrix)
    {
        var (texts, videos) = (matrix.Shape[0], matrix.Shape[1]);
        return texts.DividedBy(videos) is { } captions
            ? g.Reshape(matrix, captions, videos, videos)
            : throw new GraphException($"{matrix}: texts are no multiple of the videos");
    }

    private static Tensor DiagonalMean(Graph g, Tensor rounds)
    {
        var (captions, size) = ((int)rounds.Shape[0].Factor, (int)rounds.Shape[1].Factor);
        var diagonal = new float[size * size];
        for (var i = 0; i < size; i++)
            diagonal[i * (size + 1)] = 1f / (captions * size);
        return g.Sum(rounds * g.Constant(diagonal, 1, size, size), [0, 1, 2]);
    }
}
