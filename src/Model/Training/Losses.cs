using TcMgc.Model.Graphs;

namespace TcMgc.Model.Training;

/// <summary>The losses of the papers over a batch of B matching pairs.</summary>
internal static class Losses
{
    /// <summary>Symmetric InfoNCE over logits [B, B] whose diagonal matches.</summary>
    public static Tensor InfoNce(Graph g, Tensor logits) =>
        (DiagonalMean(g, g.LogSoftmax(logits, 1)) + DiagonalMean(g, g.LogSoftmax(logits, 0))) * -0.5f;

    /// <summary>SDR, similarity decorrelation: the mean over matching pairs of the unbiased variance of their C contrasts [C, B, B].</summary>
    public static Tensor SimilarityDecorrelation(Graph g, Tensor contrasts)
    {
        var centred = contrasts - g.Mean(contrasts, 0, keep: true);
        var variance = g.Sum(centred * centred, 0) / (contrasts.Shape[0].Factor - 1);
        return DiagonalMean(g, variance);
    }

    private static Tensor DiagonalMean(Graph g, Tensor matrix)
    {
        var size = (int)matrix.Shape[0].Factor;
        if (!matrix.Shape.Equals(new(size, size)))
            throw new GraphException($"the diagonal of {matrix}");
        var diagonal = new float[size * size];
        for (var i = 0; i < size; i++)
            diagonal[i * (size + 1)] = 1f / size;
        return g.Sum(matrix * g.Constant(diagonal, size, size), [0, 1]);
    }
}
