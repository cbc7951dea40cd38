namespace TcMgc.Model.Graphs;

/// <summary>
/// The derivative of each operator: what its inputs get of what its outputs got. An input that gets nothing (a shape, an
/// index, a threshold) has null.
/// </summary>
internal static class Derivatives
{
    /// <summary>Gives each input of a node its gradient, from those of its outputs (null where the loss does not depend on one).</summary>
    public delegate IEnumerable<Tensor?> Rule(Graph g, Node node, Tensor?[] upstream);

    private static readonly Dictionary<string, Rule> s_rules = new(StringComparer.Ordinal)
    {
        ["Identity"] = (_, _, dy) => [dy[0]],
        ["Add"] = (g, n, dy) => [SumTo(g, dy[0]!, n.Inputs[0]), SumTo(g, dy[0]!, n.Inputs[1])],
        ["Sub"] = (g, n, dy) => [SumTo(g, dy[0]!, n.Inputs[0]), SumTo(g, -dy[0]!, n.Inputs[1])],
        ["Mul"] = (g, n, dy) => [SumTo(g, dy[0]! * n.Inputs[1], n.Inputs[0]), SumTo(g, dy[0]! * n.Inputs[0], n.Inputs[1])],
        ["Div"] = (g, n, dy) =>
        [
            SumTo(g, dy[0]! / n.Inputs[1], n.Inputs[0]),
            SumTo(g, -(dy[0]! * n.Outputs[0] / n.Inputs[1]), n.Inputs[1]),
        ],
        ["Neg"] = (_, _, dy) => [-dy[0]!],
        ["Exp"] = (_, n, dy) => [dy[0]! * n.Outputs[0]],
        ["Log"] = (_, n, dy) => [dy[0]! / n.Inputs[0]],
        ["Sqrt"] = (_, n, dy) => [dy[0]! * 0.5f / n.Outputs[0]],
        ["Sigmoid"] = (g, n, dy) => [dy[0]! * n.Outputs[0] * (g.Constant(1f) - n.Outputs[0])],
        ["Tanh"] = (g, n, dy) => [dy[0]! * (g.Constant(1f) - (n.Outputs[0] * n.Outputs[0]))],
        ["Relu"] = (g, n, dy) => [dy[0]! * Where(g, g.GreaterThan(n.Inputs[0], g.Constant(0f)))],
        ["Clip"] = (g, n, dy) =>
        [
            dy[0]! * Where(g, g.GreaterThan(n.Inputs[0], n.Inputs[1])) * Where(g, g.GreaterThan(n.Inputs[2], n.Inputs[0])), null, null,
        ],
        ["MatMul"] = MatMul,
        ["Transpose"] = (g, n, dy) => [g.Transpose(dy[0]!, Inverse(n.Integers("perm")))],
        ["Reshape"] = (g, n, dy) => [g.Reshape(dy[0]!, n.Inputs[0].Shape), null],
        ["Expand"] = (g, n, dy) => [SumTo(g, dy[0]!, n.Inputs[0]), null],
        ["Concat"] = Concat,
        ["Split"] = (g, n, dy) => [g.Concat((int)n.Integer("axis"), [.. n.Outputs.Zip(dy, (y, d) => d ?? Zeros(g, y))])],
        ["Slice"] = Slice,
        ["Gather"] = (g, n, dy) => [g.ScatterRows(n.Inputs[0].Shape, n.Inputs[1], dy[0]!), null],
        ["TopK"] = (g, n, dy) => [g.ScatterLast(n.Inputs[0].Shape, n.Outputs[1], dy[0]!), null],
        ["ReduceSum"] = (g, n, dy) => [g.Expand(Kept(g, n, dy[0]!), n.Inputs[0].Shape), null],
        ["ReduceMean"] = (g, n, dy) => [g.Expand(Kept(g, n, dy[0]!) / Reduced(g, n), n.Inputs[0].Shape), null],
        ["Softmax"] = (g, n, dy) =>
        [
            (dy[0]! - g.Sum(dy[0]! * n.Outputs[0], (int)n.Integer("axis"), keep: true)) * n.Outputs[0],
        ],
        ["LogSoftmax"] = (g, n, dy) =>
        [
            dy[0]! - (g.Exp(n.Outputs[0]) * g.Sum(dy[0]!, (int)n.Integer("axis"), keep: true)),
        ],
        ["LayerNormalization"] = LayerNorm,
    };

    /// <summary>The rule of an operator; null where it has no derivative.</summary>
    public static Rule? Of(string operation) => s_rules.GetValueOrDefault(operation);

    private static IEnumerable<Tensor?> MatMul(Graph g, Node node, Tensor?[] upstream)
    {
        var (a, b, dy) = (node.Inputs[0], node.Inputs[1], upstream[0]!);
        yield return SumTo(g, g.MatMul(dy, g.TransposeLast(b)), a);
        if (b.Shape.Rank == 2 && a.Shape.Rank > 2)
        {
            // a weight shared by all rows: one product over the rows instead of one a batch, summed up
            var rows = a.Shape.Count.DividedBy(a.Shape[^1])!.Value;
            yield return g.MatMul(g.Transpose(g.Reshape(a, rows, a.Shape[^1]), 1, 0), g.Reshape(dy, rows, dy.Shape[^1]));
        }
        else
            yield return SumTo(g, g.MatMul(g.TransposeLast(a), dy), b);
    }

    private static IEnumerable<Tensor?> Concat(Graph g, Node node, Tensor?[] upstream)
    {
        var (axis, start) = ((int)node.Integer("axis"), 0L);
        foreach (var input in node.Inputs)
        {
            var end = start + input.Shape[axis].Factor;
            yield return g.Slice(upstream[0]!, axis, start, end);
            start = end;
        }
    }

    private static IEnumerable<Tensor?> Slice(Graph g, Node node, Tensor?[] upstream)
    {
        var x = node.Inputs[0];
        var (start, end, axis) = (g.Integers(node.Inputs[1])[0], g.Integers(node.Inputs[2])[0], (int)g.Integers(node.Inputs[3])[0]);
        return [g.Pad(upstream[0]!, axis, start, x.Shape[axis].Factor - end), null, null, null];
    }

    private static IEnumerable<Tensor?> LayerNorm(Graph g, Node node, Tensor?[] upstream)
    {
        var (x, weight, dy) = (node.Inputs[0], node.Inputs[1], upstream[0]!);
        var centred = x - g.Mean(x, -1, keep: true);
        var inverse = g.Constant(1f) / g.Sqrt(g.Mean(centred * centred, -1, keep: true) + Graph.LayerNormEpsilon);
        var normed = centred * inverse;
        var d = dy * weight;
        yield return (d - g.Mean(d, -1, keep: true) - (normed * g.Mean(d * normed, -1, keep: true))) * inverse;
        yield return SumTo(g, dy * normed, weight);
        yield return SumTo(g, dy, node.Inputs[2]);
    }

    /// <summary>Undoes broadcasting: the gradient summed over the axes along which the input was stretched.</summary>
    private static Tensor SumTo(Graph g, Tensor gradient, Tensor input)
    {
        var added = gradient.Shape.Rank - input.Shape.Rank;
        var stretched = Enumerable.Range(0, gradient.Shape.Rank)
            .Where(axis => axis < added || input.Shape[axis - added] != gradient.Shape[axis]).ToArray();
        return stretched.Length == 0 ? gradient : g.Reshape(g.Sum(gradient, stretched), input.Shape);
    }

    /// <summary>The gradient of a reduction with the reduced axes back, each of length one.</summary>
    private static Tensor Kept(Graph g, Node reduction, Tensor dy)
    {
        var shape = reduction.Inputs[0].Shape;
        foreach (var axis in g.Integers(reduction.Inputs[1]))
            shape = shape.With((int)axis, 1);
        return g.Reshape(dy, shape);
    }

    private static float Reduced(Graph g, Node mean)
    {
        Dim size = 1;
        foreach (var axis in g.Integers(mean.Inputs[1]))
            size *= mean.Inputs[0].Shape[(int)axis];
        return size.IsKnown ? size.Factor : throw new GraphException($"the derivative of a mean over {size}, which is not known");
    }

    private static int[] Inverse(long[] order) => [.. Enumerable.Range(0, order.Length).Select(axis => Array.IndexOf(order, axis))];

    private static Tensor Where(Graph g, Tensor condition) => g.Cast(condition, ElementType.Float32);

    private static Tensor Zeros(Graph g, Tensor like) => g.Expand(g.Constant(0f), like.Shape);
}
