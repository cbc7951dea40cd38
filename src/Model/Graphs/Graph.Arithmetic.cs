namespace TcMgc.Model.Graphs;

// Elementwise operators, matrix products, reductions and normalisations.
public sealed partial class Graph
{
    internal const float LayerNormEpsilon = 1e-5f;

    /// <summary>Natural exponential.</summary>
    public Tensor Exp(Tensor x) => Elementwise("Exp", x);

    /// <summary>Natural logarithm.</summary>
    public Tensor Log(Tensor x) => Elementwise("Log", x);

    /// <summary>Square root.</summary>
    public Tensor Sqrt(Tensor x) => Elementwise("Sqrt", x);

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public Tensor Sigmoid(Tensor x) => Elementwise("Sigmoid", x);

    /// <summary>Hyperbolic tangent.</summary>
    public Tensor Tanh(Tensor x) => Elementwise("Tanh", x);

    /// <summary>max(x, 0).</summary>
    public Tensor Relu(Tensor x) => Elementwise("Relu", x);

    /// <summary>min(max(x, 0), 6).</summary>
    public Tensor Relu6(Tensor x) => Add("Clip", x.Type, x.Shape, [x, Constant(0f), Constant(6f)]);

    /// <summary>CLIP's activation, x · sigmoid(1.702 x).</summary>
    public Tensor QuickGelu(Tensor x) => x * Sigmoid(x * 1.702f);

    /// <summary>The elements as another type.</summary>
    public Tensor Cast(Tensor x, ElementType type) =>
        x.Type == type ? x : Add("Cast", type, x.Shape, [x], ("to", (long)type));

    /// <summary>Where a equals b, with broadcasting.</summary>
    public Tensor EqualTo(Tensor a, Tensor b) => Compare("Equal", a, b);

    /// <summary>Where a &gt; b, with broadcasting.</summary>
    public Tensor GreaterThan(Tensor a, Tensor b) => Compare("Greater", a, b);

    /// <summary>Where a &gt;= b, with broadcasting.</summary>
    public Tensor AtLeast(Tensor a, Tensor b) => Compare("GreaterOrEqual", a, b);

    /// <summary>Matrix product over the last two axes; the axes before them broadcast.</summary>
    public Tensor MatMul(Tensor a, Tensor b)
    {
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2 || a.Shape[^1] != b.Shape[^2] || a.Type != b.Type)
            throw new GraphException($"{a} times {b}");
        var batch = Shape.Broadcast(new(a.Shape.SkipLast(2)), new(b.Shape.SkipLast(2)));
        return Add("MatMul", a.Type, new([.. batch, a.Shape[^2], b.Shape[^1]]), [a, b]);
    }

    /// <summary>x · weightᵀ (+ bias), the weight [out, in] as PyTorch's linear layers store it.</summary>
    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        var y = MatMul(x, Transpose(weight, 1, 0));
        return bias is null ? y : y + bias;
    }

    /// <summary>Sum over an axis.</summary>
    public Tensor Sum(Tensor x, int axis, bool keep = false) => Reduce("ReduceSum", x, axis, keep);

    /// <summary>Sum over several axes, which go.</summary>
    internal Tensor Sum(Tensor x, int[] axes) => Add("ReduceSum", x.Type, new(x.Shape.Where((_, axis) => !axes.Contains(axis))),
        [x, Constant(Array.ConvertAll(axes, axis => (long)axis), axes.Length)], ("keepdims", 0L));

    /// <summary>Mean over an axis.</summary>
    public Tensor Mean(Tensor x, int axis, bool keep = false) => Reduce("ReduceMean", x, axis, keep);

    /// <summary>Maximum over an axis.</summary>
    public Tensor Max(Tensor x, int axis, bool keep = false) => Reduce("ReduceMax", x, axis, keep);

    /// <summary>Index of the first maximum over the last axis, int64; the axis stays with length one.</summary>
    public Tensor ArgMaxLast(Tensor x) =>
        Add("ArgMax", ElementType.Int64, x.Shape.With(-1, 1), [x], ("axis", -1L), ("keepdims", 1L));

    /// <summary>Softmax over an axis.</summary>
    public Tensor Softmax(Tensor x, int axis = -1) => Add("Softmax", x.Type, x.Shape, [x], ("axis", (long)x.Shape.Axis(axis)));

    /// <summary>Logarithm of the softmax over an axis.</summary>
    public Tensor LogSoftmax(Tensor x, int axis = -1) => Add("LogSoftmax", x.Type, x.Shape, [x], ("axis", (long)x.Shape.Axis(axis)));

    /// <summary>Layer normalisation over the last axis, ε = 1e-5.</summary>
    public Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias)
    {
        if (!weight.Shape.Equals(new(x.Shape[^1])) || !bias.Shape.Equals(weight.Shape))
            throw new GraphException($"layer norm of {x} with {weight} and {bias}");
        return Add("LayerNormalization", x.Type, x.Shape, [x, weight, bias], ("axis", -1L), ("epsilon", LayerNormEpsilon));
    }

    /// <summary>L2 normalisation over the last axis; a zero vector stays zero.</summary>
    public Tensor Unit(Tensor x) => x / Sqrt(Sum(x * x, -1, keep: true) + 1e-24f);

    /// <summary>The largest values along the last axis, in falling order.</summary>
    public Tensor Top(Tensor x, int count)
    {
        if (!x.Shape[^1].IsKnown || count < 1 || count > x.Shape[^1].Factor)
            throw new GraphException($"the top {count} of {x}");
        var shape = x.Shape.With(-1, count);
        return Add("TopK", [(x.Type, shape), (ElementType.Int64, shape)], [x, Constant([count], 1)],
            ("axis", (long)(x.Shape.Rank - 1)), ("largest", 1L), ("sorted", 1L))[0];
    }

    internal Tensor Elementwise(string operation, Tensor x) => Add(operation, x.Type, x.Shape, [x]);

    internal Tensor Elementwise(string operation, Tensor a, Tensor b) => a.Type == b.Type
        ? Add(operation, a.Type, Shape.Broadcast(a.Shape, b.Shape), [a, b])
        : throw new GraphException($"{operation} of {a} and {b}: the types differ");

    private Tensor Compare(string operation, Tensor a, Tensor b) =>
        Add(operation, ElementType.Bool, Shape.Broadcast(a.Shape, b.Shape), [a, b]);

    private Tensor Reduce(string operation, Tensor x, int axis, bool keep)
    {
        axis = x.Shape.Axis(axis);
        return Add(operation, x.Type, keep ? x.Shape.With(axis, 1) : x.Shape.Without(axis), [x, Constant([axis], 1)],
            ("keepdims", keep ? 1L : 0L));
    }
}
