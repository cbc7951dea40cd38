using System.Globalization;
using Google.Protobuf;
using TcMgc.Model.Graphs.Onnx;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Graphs;

/// <summary>Writes a graph as an ONNX model whose parameters stay in the weight file they came in.</summary>
internal static class OnnxWriter
{
    private const long IrVersion = 10, OperatorSet = 20;

    /// <summary>The model, its parameters as external data by offset into <paramref name="weights"/>.</summary>
    /// <exception cref="ModelException">The file lacks a parameter or has it in another shape.</exception>
    public static byte[] Write(Graph graph, WeightFile? weights)
    {
        var proto = new GraphProto { Name = "tcmgc" };
        proto.Input.AddRange(graph.Inputs.Select(Describe));
        foreach (var parameter in graph.Parameters.Except(graph.Inputs))
            AddParameter(proto, parameter, weights);
        foreach (var (tensor, data) in graph.Constants)
            proto.Initializer.Add(Initializer(tensor.Name, tensor.Type, tensor.Shape.Select(d => d.Factor), t => t.RawData = ByteString.CopyFrom(data)));
        foreach (var node in graph.Nodes)
            proto.Node.Add(Describe(node));
        foreach (var (name, tensor) in graph.Outputs)
        {
            var output = new NodeProto { OpType = "Identity", Name = $"output_{name}" };
            output.Input.Add(tensor.Name);
            output.Output.Add(name);
            proto.Node.Add(output);
            var described = Describe(tensor);
            described.Name = name;
            proto.Output.Add(described);
        }
        return new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "tcmgc",
            Graph = proto,
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        }.ToByteArray();
    }

    private static void AddParameter(GraphProto proto, Tensor parameter, WeightFile? weights)
    {
        if (weights is null || !weights.Entries.TryGetValue(parameter.Name, out var entry))
            throw new ModelException($"{weights?.Path ?? "no weight file"}: the weight '{parameter.Name}' {parameter.Shape} is missing");
        if (entry.Shape.Count != parameter.Shape.Rank || !entry.Shape.Select(d => (Dim)d).SequenceEqual(parameter.Shape))
            throw new ModelException(
                $"{weights.Path}: the weight '{parameter.Name}' is [{string.Join(", ", entry.Shape)}], the model needs {parameter.Shape}");

        var stored = entry.Type == parameter.Type ? parameter.Name : $"{parameter.Name}_stored";
        proto.Initializer.Add(Initializer(stored, entry.Type, entry.Shape.Select(d => (long)d), tensor =>
        {
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.Add(External("location", Path.GetFileName(weights.Path)));
            tensor.ExternalData.Add(External("offset", entry.Offset.ToString(CultureInfo.InvariantCulture)));
            tensor.ExternalData.Add(External("length", entry.Length.ToString(CultureInfo.InvariantCulture)));
        }));
        if (stored == parameter.Name)
            return;
        var cast = new NodeProto { OpType = "Cast", Name = $"{parameter.Name}_cast" };
        cast.Input.Add(stored);
        cast.Output.Add(parameter.Name);
        cast.Attribute.Add(Attribute("to", (long)parameter.Type));
        proto.Node.Add(cast);
    }

    private static TensorProto Initializer(string name, ElementType type, IEnumerable<long> shape, Action<TensorProto> data)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type };
        tensor.Dims.AddRange(shape);
        data(tensor);
        return tensor;
    }

    private static StringStringEntryProto External(string key, string value) => new() { Key = key, Value = value };

    private static NodeProto Describe(Node node)
    {
        var proto = new NodeProto { OpType = node.Operator, Name = node.Outputs[0].Name };
        proto.Input.AddRange(node.Inputs.Select(t => t.Name));
        proto.Output.AddRange(node.Outputs.Select(t => t.Name));
        proto.Attribute.AddRange(node.Attributes.Select(a => Attribute(a.Key, a.Value)));
        return proto;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long integer:
                attribute.I = integer;
                attribute.Type = AttributeProto.Types.AttributeType.Int;
                break;
            case long[] integers:
                attribute.Ints.AddRange(integers);
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                break;
            case float number:
                attribute.F = number;
                attribute.Type = AttributeProto.Types.AttributeType.Float;
                break;
            case string text:
                attribute.S = ByteString.CopyFromUtf8(text);
                attribute.Type = AttributeProto.Types.AttributeType.String;
                break;
            default:
                throw new GraphException($"attribute {name} of type {value.GetType().Name}");
        }
        return attribute;
    }

    private static ValueInfoProto Describe(Tensor tensor)
    {
        var shape = new TensorShapeProto();
        foreach (var dim in tensor.Shape)
            shape.Dim.Add(dim.IsKnown
                ? new TensorShapeProto.Types.Dimension { DimValue = dim.Factor }
                : new TensorShapeProto.Types.Dimension { DimParam = dim.ToString() });
        return new() { Name = tensor.Name, Type = new() { TensorType = new() { ElemType = (int)tensor.Type, Shape = shape } } };
    }
}
