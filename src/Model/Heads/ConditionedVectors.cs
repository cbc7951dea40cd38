using static TorchSharp.torch;

namespace TcMgc.Model.Heads;

/// <summary>
/// Q vectors of unit length for each pair of a text and a video: the video or its frames as the text sees them.
/// </summary>
internal abstract class ConditionedVectors
{
    /// <summary>Each pair's vectors with X vectors of its text, [T, X, D]: their inner products [T, V, Q, X].</summary>
    public abstract Tensor Similarities(Tensor texts);

    /// <summary>Some of each pair's vectors: <paramref name="count"/> of them from <paramref name="first"/> on.</summary>
    public abstract ConditionedVectors Narrow(long first, long count);
}

/// <summary>Vectors that are there number by number.</summary>
/// <param name="vectors">[V, T, Q, D].</param>
internal sealed class DenseVectors(Tensor vectors) : ConditionedVectors
{
    public override Tensor Similarities(Tensor texts)
    {
        long v = vectors.shape[0], t = vectors.shape[1], q = vectors.shape[2], d = vectors.shape[3];
        return vectors.transpose(0, 1).reshape(t, v * q, d).matmul(texts.transpose(1, 2)).view(t, v, q, -1);
    }

    public override ConditionedVectors Narrow(long first, long count) => new DenseVectors(vectors.narrow(2, first, count));
}

/// <summary>
/// Vectors that are sums of a few of their video's: texts meet these instead, so that a pair costs K numbers where a vector has
/// D.
/// </summary>
/// <param name="factors">[V, K, T, Q]: a vector is Σₖ factorsₖ · basisₖ.</param>
/// <param name="products">Inner products of the basis with texts [T, X, D]: [V, K, T, X].</param>
internal sealed class CombinedVectors(Tensor factors, Func<Tensor, Tensor> products) : ConditionedVectors
{
    public override Tensor Similarities(Tensor texts) =>
        factors.permute(2, 0, 3, 1).matmul(products(texts).permute(2, 0, 1, 3));                 // [T, V, Q, X]

    public override ConditionedVectors Narrow(long first, long count) =>
        new CombinedVectors(factors.narrow(3, first, count), products);
}
