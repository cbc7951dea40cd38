using System.Text.RegularExpressions;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// The gates of the excitation and aggregation study: its code names them by the model they are in, this product by what they do.
/// </summary>
internal static partial class GateNames
{
    [GeneratedRegex(@"^se_block[^.]*\.(scale|aggregate)\.(fc\..+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Published();

    private const string OnlyBlock = "se_block.fc.";

    /// <summary>The tensors with the gates' names as this product has them.</summary>
    /// <param name="source">What the checkpoint is called in errors.</param>
    /// <param name="tensors">All tensors.</param>
    /// <param name="head">The head, where it is known: it says what a model's only gate does.</param>
    /// <exception cref="ModelException">Two gates do the same.</exception>
    public static IReadOnlyDictionary<string, TensorSource> Map(
        string source, IReadOnlyDictionary<string, TensorSource> tensors, string? head)
    {
        var onlyBlock = OnlyBlockExcites(tensors, head) ? "se_block_excitation." : "se_block_aggregation.";
        var mapped = new Dictionary<string, TensorSource>(StringComparer.Ordinal);
        foreach (var tensor in tensors.Values)
        {
            var name = Published().Match(tensor.Name) is { Success: true } gate
                ? $"se_block_{(gate.Groups[1].Value == "scale" ? "excitation" : "aggregation")}.{gate.Groups[2].Value}"
                : tensor.Name.StartsWith(OnlyBlock, StringComparison.Ordinal)
                ? onlyBlock + tensor.Name["se_block.".Length..] : tensor.Name;
            if (!mapped.TryAdd(name, tensor with { Name = name }))
                throw new ModelException($"{source}: two of its tensors are '{name}'");
        }
        return mapped;
    }

    private static bool OnlyBlockExcites(IReadOnlyDictionary<string, TensorSource> tensors, string? head) => head is null
        ? tensors.ContainsKey("similarity_dense.weight")
        : head.StartsWith("excitation-", StringComparison.Ordinal) && !head.EndsWith("-aggregation", StringComparison.Ordinal);
}
