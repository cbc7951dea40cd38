using System.Runtime.InteropServices;

namespace TcMgc.Model.Graphs;

/// <summary>
/// A computation described in C#: inputs, parameters, constants and the operators over them. Shapes and types are checked as
/// it is built. It holds no weights; <see cref="OnnxWriter"/> writes it as ONNX, where parameters point into a weight file.
/// </summary>
/// <param name="trainable">Parameters for which this is true are inputs, so that training can change them between runs.</param>
public sealed partial class Graph(Func<string, bool>? trainable = null)
{
    private static readonly IReadOnlyDictionary<string, object> NoAttributes = new Dictionary<string, object>();

    private readonly List<Tensor> _inputs = [];
    private readonly OrderedDictionary<string, Tensor> _parameters = [];
    private readonly List<Tensor> _dropoutMasks = [];
    private readonly List<(Tensor Tensor, byte[] Data)> _constants = [];
    private readonly Dictionary<(ElementType, string, string), Tensor> _constantsByValue = [];
    private readonly List<Node> _nodes = [];
    private readonly OrderedDictionary<string, Tensor> _outputs = [];
    private readonly Dictionary<string, Tensor> _symbolSizes = [];
    private readonly Dictionary<string, (Tensor Input, int Axis)> _symbolSources = [];

    /// <summary>Part of the activations that <see cref="Dropout"/> drops, 0…1; 0, the default, when serving.</summary>
    public float DropoutRate { get; init; }

    /// <summary>The factors of <see cref="Dropout"/> among the inputs, to be drawn anew for every run: 0 or 1 / √(1 − rate).</summary>
    public IReadOnlyList<Tensor> DropoutMasks => _dropoutMasks;

    /// <summary>What the graph reads at each run, in order of declaration.</summary>
    public IReadOnlyList<Tensor> Inputs => _inputs;

    /// <summary>The weights it needs, in order of first use.</summary>
    public IReadOnlyCollection<Tensor> Parameters => _parameters.Values;

    /// <summary>What it yields, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Outputs => _outputs;

    internal IReadOnlyList<(Tensor Tensor, byte[] Data)> Constants => _constants;

    internal IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The integers of a constant.</summary>
    internal ReadOnlySpan<long> Integers(Tensor constant) => MemoryMarshal.Cast<byte, long>(
        _constants.Find(c => c.Tensor == constant).Data ?? throw new GraphException($"{constant} is no constant"));

    /// <summary>Declares an input. Its symbolic dimensions take their values from what is bound to it at each run.</summary>
    public Tensor Input(string name, ElementType type, params IEnumerable<Dim> shape)
    {
        var input = new Tensor(this, name, type, new(shape), null);
        _inputs.Add(input);
        for (var axis = 0; axis < input.Shape.Rank; axis++)
            if (input.Shape[axis] is { IsKnown: false, Factor: 1 } dim && dim.SymbolNames is [var symbol])
                _symbolSources.TryAdd(symbol, (input, axis));
        return input;
    }

    /// <summary>A weight by its name in the checkpoint. Asking again for a name gives the same tensor.</summary>
    /// <exception cref="GraphException">The name was used with another shape.</exception>
    public Tensor Parameter(string name, params IEnumerable<Dim> shape)
    {
        var wanted = new Shape(shape);
        if (!_parameters.TryGetValue(name, out var parameter))
        {
            parameter = new(this, name, ElementType.Float32, wanted, null);
            _parameters.Add(name, parameter);
            if (trainable?.Invoke(name) == true)
                _inputs.Add(parameter);
        }
        return parameter.Shape.Equals(wanted)
            ? parameter
            : throw new GraphException($"parameter {name} is {parameter.Shape} in one place and {wanted} in another");
    }

    /// <summary>A float known while building.</summary>
    public Tensor Constant(float value) => Constant([value], []);

    /// <summary>Floats known while building.</summary>
    public Tensor Constant(ReadOnlySpan<float> values, params IEnumerable<Dim> shape) =>
        Constant(ElementType.Float32, MemoryMarshal.AsBytes(values), new(shape));

    /// <summary>Integers known while building.</summary>
    public Tensor Constant(ReadOnlySpan<long> values, params IEnumerable<Dim> shape) =>
        Constant(ElementType.Int64, MemoryMarshal.AsBytes(values), new(shape));

    /// <summary>
    /// Dropout of x [A, B, D] in training, x itself otherwise. The mask is the product of one over [A, D] and one over [B, D], each
    /// keeping √(1 − rate), so that what is drawn and stored stays small beside x.
    /// </summary>
    public Tensor Dropout(Tensor x)
    {
        if (DropoutRate <= 0)
            return x;
        foreach (var shape in new Shape[] { x.Shape.With(1, 1), x.Shape.With(0, 1) })
        {
            var mask = Input($"dropout_{_dropoutMasks.Count}", ElementType.Float32, shape);
            _dropoutMasks.Add(mask);
            x *= mask;
        }
        return x;
    }

    /// <summary>Names a tensor as an output.</summary>
    public void Output(string name, Tensor tensor)
    {
        if (_inputs.Contains(tensor) || _outputs.ContainsValue(tensor))
            tensor = Add("Identity", tensor.Type, tensor.Shape, [tensor]);
        _outputs.Add(name, tensor);
    }

    /// <summary>Forgets the inputs that no operator reads, so that callers need not bind them.</summary>
    internal void DropUnusedInputs() =>
        _inputs.RemoveAll(input => !_nodes.Exists(node => node.Inputs.Contains(input)));

    internal Tensor Add(string operation, ElementType type, Shape shape, IReadOnlyList<Tensor> inputs, params (string, object)[] attributes) =>
        Add(operation, [(type, shape)], inputs, attributes)[0];

    internal IReadOnlyList<Tensor> Add(string operation, IEnumerable<(ElementType Type, Shape Shape)> outputs,
        IReadOnlyList<Tensor> inputs, params (string Name, object Value)[] attributes)
    {
        if (inputs.FirstOrDefault(t => t.Graph != this) is { } stranger)
            throw new GraphException($"{stranger} belongs to another graph");
        var node = new Node(operation, inputs, attributes.Length == 0 ? NoAttributes : attributes.ToDictionary(a => a.Name, a => a.Value));
        node.Outputs = [.. outputs.Select((o, i) => new Tensor(this, $"{operation}_{_nodes.Count}{(i > 0 ? $"_{i}" : "")}", o.Type, o.Shape, node))];
        _nodes.Add(node);
        return node.Outputs;
    }

    private Tensor Constant(ElementType type, ReadOnlySpan<byte> data, Shape shape)
    {
        var key = (type, shape.ToString(), data.Length <= 64 ? Convert.ToHexString(data) : $"#{_constants.Count}");
        if (_constantsByValue.TryGetValue(key, out var known))
            return known;
        if (!shape.Count.IsKnown || shape.Count.Factor * type.Size() != data.Length)
            throw new GraphException($"{data.Length} bytes for a constant of {type}{shape}");
        var tensor = new Tensor(this, $"constant_{_constants.Count}", type, shape, null);
        _constants.Add((tensor, data.ToArray()));
        _constantsByValue.Add(key, tensor);
        return tensor;
    }
}
