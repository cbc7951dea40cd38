namespace TcMgc.Model.Checkpoints;

/// <summary>
/// The named tensors in what a PyTorch file unpickles to: a state dict, a checkpoint around one, or a TorchScript module.
/// </summary>
internal static class StateDict
{
    /// <summary>Keys under which training code keeps the state dict in a checkpoint.</summary>
    private static readonly string[] s_containers = ["state_dict", "model_state_dict", "model"];

    private const int MaximumTensors = 100_000, MaximumVisits = 200_000, MaximumName = 500;

    /// <summary>Every tensor with its dotted name, in the file's order.</summary>
    /// <exception cref="ModelException">There are none, or their names cannot be.</exception>
    public static IReadOnlyList<(string Name, TorchTensor Tensor)> Tensors(string source, object? root)
    {
        var tensors = new Dictionary<string, TorchTensor>(StringComparer.Ordinal);
        var visits = 0;
        Collect(source, Unwrap(root), "", tensors, ref visits);
        return tensors.Count > 0
            ? [.. tensors.Select(t => (t.Key, t.Value))]
            : throw new ModelException($"{source}: holds no state dict: {Describe(root)}");
    }

    private static object? Unwrap(object? root) => root is PickleDictionary checkpoint
        ? s_containers.Select(key => checkpoint[key]).FirstOrDefault(inner => inner is PickleDictionary) ?? root
        : root;

    /// <summary>
    /// Modules nest and may share or hold each other, so what is visited on all paths is bounded; state dicts are flat.
    /// </summary>
    private static void Collect(
        string source, object? value, string prefix, Dictionary<string, TorchTensor> tensors, ref int visits)
    {
        var entries = value switch
        {
            PickleModule module => module.Attributes.Entries,
            PickleDictionary dictionary => dictionary.Entries,
            _ => [],
        };
        foreach (var (key, item) in entries)
        {
            if (++visits > MaximumVisits)
                throw new ModelException($"{source}: its modules nest without end; no model does");
            if (key is not string name || item is not (TorchTensor or PickleModule))
                continue;
            var full = prefix + name;
            if (full.Length > MaximumName || full.Any(char.IsControl) || tensors.Count >= MaximumTensors)
                throw new ModelException(
                    $"{source}: its names or their number cannot be those of a model: '{Printable.Name(full)}'");
            if (item is TorchTensor tensor)
                tensors[full] = tensor;
            else
                Collect(source, item, full + ".", tensors, ref visits);
        }
    }

    private static string Describe(object? root) => root switch
    {
        PickleDictionary { Entries: [] } => "it is empty",
        PickleDictionary dictionary =>
            $"its keys are {string.Join(", ", dictionary.Entries.Take(5).Select(e => $"'{Printable.Name($"{e.Key}")}'"))}",
        PickleModule module => $"'{Printable.Name(module.ClassName)}' has no parameters",
        TorchTensor => "it is a single tensor",
        _ => "it is neither a dict nor a module",
    };
}
