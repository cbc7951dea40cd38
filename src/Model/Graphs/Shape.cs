using System.Collections;

namespace TcMgc.Model.Graphs;

/// <summary>The dimensions of a tensor, outermost first.</summary>
public sealed class Shape : IReadOnlyList<Dim>, IEquatable<Shape>
{
    private readonly Dim[] _dims;

    /// <summary>A shape of these dimensions; none of them stands for a scalar.</summary>
    public Shape(params IEnumerable<Dim> dims) => _dims = [.. dims];

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dims.Length;

    /// <summary>Product of all dimensions.</summary>
    public Dim Count => _dims.Aggregate((Dim)1, (a, b) => a * b);

    int IReadOnlyCollection<Dim>.Count => Rank;

    /// <summary>The dimension of an axis.</summary>
    public Dim this[int axis] => _dims[axis];

    /// <summary>The dimension of an axis counted from either end.</summary>
    public Dim this[Index axis] => _dims[axis];

    /// <summary>An axis counted from the front, given one that may be negative: −1 is the last.</summary>
    public int Axis(int axis) => axis >= -Rank && axis < Rank
        ? (axis + Rank) % Rank
        : throw new GraphException($"axis {axis} of a tensor of shape {this}");

    /// <summary>The shape with one axis replaced.</summary>
    public Shape With(int axis, Dim size) => new(_dims.Select((d, i) => i == Axis(axis) ? size : d));

    /// <summary>The shape without one axis.</summary>
    public Shape Without(int axis) => new(_dims.Where((_, i) => i != Axis(axis)));

    /// <summary>The shape of an elementwise operation over two tensors: ones stretch, missing leading axes are added.</summary>
    /// <exception cref="GraphException">The shapes do not fit.</exception>
    public static Shape Broadcast(Shape a, Shape b)
    {
        var dims = new Dim[Math.Max(a.Rank, b.Rank)];
        for (var i = 1; i <= dims.Length; i++)
        {
            Dim x = i <= a.Rank ? a[^i] : 1, y = i <= b.Rank ? b[^i] : 1;
            dims[^i] = x == y || y == 1 ? x : x == 1 ? y : throw new GraphException($"shapes {a} and {b} do not broadcast");
        }
        return new(dims);
    }

    /// <summary>The sizes once the symbols have values.</summary>
    public long[] Evaluate(IReadOnlyDictionary<string, long> symbols) => Array.ConvertAll(_dims, d => d.Evaluate(symbols));

    /// <inheritdoc/>
    public IEnumerator<Dim> GetEnumerator() => _dims.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _dims.AsSpan().SequenceEqual(other._dims);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => _dims.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", _dims)}]";
}
