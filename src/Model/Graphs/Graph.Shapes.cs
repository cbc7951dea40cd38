namespace TcMgc.Model.Graphs;

// Operators that move elements without changing them.
public sealed partial class Graph
{
    /// <summary>The same elements in another shape of the same count.</summary>
    public Tensor Reshape(Tensor x, params IEnumerable<Dim> shape)
    {
        var target = new Shape(shape);
        if (target.Count != x.Shape.Count)
            throw new GraphException($"{x} does not reshape to {target}");
        return target.Equals(x.Shape) ? x : Add("Reshape", x.Type, target, [x, ShapeTensor(target, allowInferred: true)]);
    }

    /// <summary>Axes in another order.</summary>
    public Tensor Transpose(Tensor x, params int[] order)
    {
        if (order.Length != x.Shape.Rank || !order.Order().SequenceEqual(Enumerable.Range(0, order.Length)))
            throw new GraphException($"[{string.Join(", ", order)}] is no order of the axes of {x}");
        var lengthy = order.Where(axis => x.Shape[axis] != 1);
        return lengthy.Order().SequenceEqual(lengthy)
            ? Reshape(x, order.Select(axis => x.Shape[axis]))                                    // only axes of length one move: nothing to copy
            : Add("Transpose", x.Type, new(order.Select(axis => x.Shape[axis])), [x], ("perm", Array.ConvertAll(order, axis => (long)axis)));
    }

    /// <summary>The last two axes exchanged.</summary>
    public Tensor TransposeLast(Tensor x)
    {
        int[] order = [.. Enumerable.Range(0, x.Shape.Rank)];
        (order[^1], order[^2]) = (order[^2], order[^1]);
        return Transpose(x, order);
    }

    /// <summary>Axes of length one stretched, and leading axes added, until the shape is this one.</summary>
    public Tensor Expand(Tensor x, params IEnumerable<Dim> shape)
    {
        var target = new Shape(shape);
        if (!Shape.Broadcast(x.Shape, target).Equals(target))
            throw new GraphException($"{x} does not expand to {target}");
        return target.Equals(x.Shape) ? x : Add("Expand", x.Type, target, [x, ShapeTensor(target, allowInferred: false)]);
    }

    /// <summary>Tensors one after the other along an axis.</summary>
    public Tensor Concat(int axis, params IReadOnlyList<Tensor> parts)
    {
        axis = parts[0].Shape.Axis(axis);
        long length = 0;
        foreach (var part in parts)
        {
            if (!part.Shape.Without(axis).Equals(parts[0].Shape.Without(axis)) || !part.Shape[axis].IsKnown || part.Type != parts[0].Type)
                throw new GraphException($"{part} does not join {parts[0]} along axis {axis}");
            length += part.Shape[axis].Factor;
        }
        return parts.Count == 1 ? parts[0] : Add("Concat", parts[0].Type, parts[0].Shape.With(axis, length), parts, ("axis", (long)axis));
    }

    /// <summary>Elements <paramref name="start"/> to <paramref name="end"/> (exclusive) along an axis.</summary>
    public Tensor Slice(Tensor x, int axis, long start, long end)
    {
        axis = x.Shape.Axis(axis);
        if (!x.Shape[axis].IsKnown || start < 0 || end <= start || end > x.Shape[axis].Factor)
            throw new GraphException($"{start}..{end} of axis {axis} of {x}");
        return start == 0 && end == x.Shape[axis].Factor
            ? x
            : Add("Slice", x.Type, x.Shape.With(axis, end - start), [x, Constant([start], 1), Constant([end], 1), Constant([axis], 1)]);
    }

    /// <summary>Equal parts along an axis.</summary>
    public IReadOnlyList<Tensor> Split(Tensor x, int axis, int parts)
    {
        axis = x.Shape.Axis(axis);
        var part = x.Shape[axis].DividedBy(parts) ?? throw new GraphException($"{x} does not split into {parts} along axis {axis}");
        return Add("Split", Enumerable.Repeat((x.Type, x.Shape.With(axis, part)), parts), [x], ("axis", (long)axis), ("num_outputs", (long)parts));
    }

    /// <summary>One element along an axis, which goes: x[…, index, …].</summary>
    public Tensor Select(Tensor x, int axis, long index)
    {
        axis = x.Shape.Axis(axis);
        return Reshape(Slice(x, axis, index, index + 1), x.Shape.Without(axis));
    }

    /// <summary>Rows of a table by their indices: table [R, …], indices [I…] int64 → [I…, …].</summary>
    public Tensor Gather(Tensor table, Tensor indices)
    {
        if (indices.Type != ElementType.Int64)
            throw new GraphException($"indices {indices} are not int64");
        return Add("Gather", table.Type, new([.. indices.Shape, .. table.Shape.Skip(1)]), [table, indices], ("axis", 0L));
    }

    /// <summary>Adds an axis of length one.</summary>
    public Tensor Unsqueeze(Tensor x, int axis)
    {
        var dims = x.Shape.ToList();
        dims.Insert(axis < 0 ? axis + dims.Count + 1 : axis, 1);
        return Reshape(x, dims);
    }

    /// <summary>Tensors of one shape along a new first axis.</summary>
    public Tensor Stack(params IReadOnlyList<Tensor> parts) => Concat(0, [.. parts.Select(p => Unsqueeze(p, 0))]);

    /// <summary>Zeros around a tensor along an axis.</summary>
    internal Tensor Pad(Tensor x, int axis, long before, long after)
    {
        var pads = new long[2 * x.Shape.Rank];
        (pads[axis], pads[x.Shape.Rank + axis]) = (before, after);
        return Add("Pad", x.Type, x.Shape.With(axis, x.Shape[axis].Factor + before + after), [x, Constant(pads, pads.Length)], ("mode", "constant"));
    }

    /// <summary>Zeros of a shape [R, …] with the updates [I…, …] added to the rows that the indices [I…] name.</summary>
    internal Tensor ScatterRows(Shape shape, Tensor indices, Tensor updates) =>
        Add("ScatterND", updates.Type, shape, [Expand(Constant(0f), shape), Unsqueeze(indices, -1), updates], ("reduction", "add"));

    /// <summary>Zeros of a shape with the updates at the places that the indices name along the last axis.</summary>
    internal Tensor ScatterLast(Shape shape, Tensor indices, Tensor updates) =>
        Add("ScatterElements", updates.Type, shape, [Expand(Constant(0f), shape), indices, updates], ("axis", shape.Rank - 1L));

    /// <summary>A shape as an int64 tensor; where one dimension follows from the others it may be left to the runtime (−1).</summary>
    internal Tensor ShapeTensor(Shape shape, bool allowInferred)
    {
        var unknown = shape.Count(d => !d.IsKnown);
        if (unknown == 0 || (unknown == 1 && allowInferred))
            return Constant(shape.Select(d => d.IsKnown ? d.Factor : -1).ToArray(), shape.Rank);
        var sizes = shape.Select(SizeTensor).ToArray();
        return Add("Concat", ElementType.Int64, new(shape.Rank), sizes, ("axis", 0L));
    }

    private Tensor SizeTensor(Dim dim) =>
        dim.SymbolNames.Select(SymbolTensor).Aggregate(Constant([dim.Factor], 1), (size, symbol) => Elementwise("Mul", size, symbol));

    private Tensor SymbolTensor(string symbol)
    {
        if (_symbolSizes.TryGetValue(symbol, out var size))
            return size;
        if (!_symbolSources.TryGetValue(symbol, out var source))
            throw new GraphException($"no input has the dimension {symbol} by itself");
        return _symbolSizes[symbol] = Add("Shape", ElementType.Int64, new(1), [source.Input],
            ("start", (long)source.Axis), ("end", (long)source.Axis + 1));
    }
}
