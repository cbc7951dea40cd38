using static TorchSharp.torch;

namespace TcMgc.Model.Heads;

/// <summary>
/// Q vectors of unit length for each pair of a text and a video, the video or its frames as the text sees them, and X vectors of
/// each text to compare them with.
/// </summary>
internal abstract class ConditionedVectors
{
    /// <summary>Inner products of some of each pair's vectors with some of its text's. [T, V, Q, X] of those.</summary>
    public abstract Tensor Similarities(Range vectors, Range others);

    protected static Tensor Part(Tensor x, int axis, Range part)
    {
        var (first, count) = part.GetOffsetAndLength((int)x.shape[axis]);
        return x.narrow(axis, first, count);
    }
}

/// <summary>Vectors that are there number by number.</summary>
/// <param name="dense">[V, T, Q, D].</param>
/// <param name="texts">[T, X, D].</param>
internal sealed class DenseVectors(Tensor dense, Tensor texts) : ConditionedVectors
{
    public override Tensor Similarities(Range vectors, Range others)
    {
        var (some, with) = (Part(dense, 2, vectors), Part(texts, 1, others));
        long v = some.shape[0], t = some.shape[1], q = some.shape[2], d = some.shape[3];
        return some.transpose(0, 1).reshape(t, v * q, d).matmul(with.transpose(1, 2)).view(t, v, q, -1);
    }
}

/// <summary>
/// Vectors that are sums of a few of their video's: texts meet these instead, so that a pair costs K numbers where a vector has
/// D.
/// </summary>
/// <param name="factors">[V, K, T, Q]: a vector is Σₖ factorsₖ · basisₖ.</param>
/// <param name="products">Inner products of the basis with the texts' vectors. [V, K, T, X].</param>
internal sealed class CombinedVectors(Tensor factors, Tensor products) : ConditionedVectors
{
    public override Tensor Similarities(Range vectors, Range others) =>
        Part(factors, 3, vectors).permute(2, 0, 3, 1).matmul(Part(products, 3, others).permute(2, 0, 1, 3));
}
