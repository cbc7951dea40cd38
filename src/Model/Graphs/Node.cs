namespace TcMgc.Model.Graphs;

/// <summary>One operator of a graph, as ONNX names it.</summary>
/// <param name="Operator">ONNX operator type.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Attributes">Its fixed settings: <see cref="long"/>, <see cref="long"/>[], <see cref="float"/> or <see cref="string"/>.</param>
internal sealed record Node(string Operator, IReadOnlyList<Tensor> Inputs, IReadOnlyDictionary<string, object> Attributes)
{
    /// <summary>What it yields.</summary>
    public IReadOnlyList<Tensor> Outputs { get; set; } = [];

    public long Integer(string attribute) => (long)Attributes[attribute];

    public long[] Integers(string attribute) => (long[])Attributes[attribute];
}
