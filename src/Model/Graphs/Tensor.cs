namespace TcMgc.Model.Graphs;

/// <summary>A value in a graph: what an input, a parameter, a constant or an operator yields. Holds no data.</summary>
public sealed class Tensor
{
    internal Tensor(Graph graph, string name, ElementType type, Shape shape, Node? source)
    {
        Graph = graph;
        Name = name;
        Type = type;
        Shape = shape;
        Source = source;
    }

    /// <summary>The graph it is part of.</summary>
    public Graph Graph { get; }

    /// <summary>Its name in the graph, unique there.</summary>
    public string Name { get; }

    /// <summary>What its elements are.</summary>
    public ElementType Type { get; }

    /// <summary>Its dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The operator that yields it; null for inputs, parameters and constants.</summary>
    internal Node? Source { get; }

    /// <summary>Elementwise sum, with broadcasting.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => a.Graph.Elementwise("Add", a, b);

    /// <summary>Adds a number to every element.</summary>
    public static Tensor operator +(Tensor a, float b) => a + a.Graph.Constant(b);

    /// <summary>Elementwise difference, with broadcasting.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => a.Graph.Elementwise("Sub", a, b);

    /// <summary>Elementwise negation.</summary>
    public static Tensor operator -(Tensor a) => a.Graph.Elementwise("Neg", a);

    /// <summary>Elementwise product, with broadcasting.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => a.Graph.Elementwise("Mul", a, b);

    /// <summary>Multiplies every element by a number.</summary>
    public static Tensor operator *(Tensor a, float b) => a * a.Graph.Constant(b);

    /// <summary>Elementwise quotient, with broadcasting.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => a.Graph.Elementwise("Div", a, b);

    /// <summary>Divides every element by a number.</summary>
    public static Tensor operator /(Tensor a, float b) => a * (1f / b);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type}{Shape}";
}
