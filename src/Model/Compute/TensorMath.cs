using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>
/// Addition whose hidden factor is kept alive: TorchSharp's own makes one at each call that may be freed before it is read
/// (docs/decisions.md).
/// </summary>
internal static class TensorMath
{
    private static readonly Scalar s_one = 1.ToScalar();

    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, s_one);

    public static Tensor Plus(this Tensor x, Scalar y) => x.add(y, s_one);

    /// <summary>In place.</summary>
    public static Tensor Add(this Tensor x, Tensor y) => x.add_(y, s_one);

    /// <summary>In place.</summary>
    public static Tensor Add(this Tensor x, Scalar y) => x.add_(y, s_one);
}
