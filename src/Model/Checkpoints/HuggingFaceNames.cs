using System.Text.RegularExpressions;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// A CLIPModel of Hugging Face's transformers as OpenAI's CLIP: other names, q, k and v apart, and projections stored the other
/// way round.
/// </summary>
internal static partial class HuggingFaceNames
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["logit_scale"] = "clip.logit_scale",
        ["visual_projection.weight"] = "clip.visual.proj",
        ["text_projection.weight"] = "clip.text_projection",
        ["vision_model.embeddings.class_embedding"] = "clip.visual.class_embedding",
        ["vision_model.embeddings.patch_embedding.weight"] = "clip.visual.conv1.weight",
        ["vision_model.embeddings.position_embedding.weight"] = "clip.visual.positional_embedding",
        ["vision_model.pre_layrnorm.weight"] = "clip.visual.ln_pre.weight",
        ["vision_model.pre_layrnorm.bias"] = "clip.visual.ln_pre.bias",
        ["vision_model.post_layernorm.weight"] = "clip.visual.ln_post.weight",
        ["vision_model.post_layernorm.bias"] = "clip.visual.ln_post.bias",
        ["text_model.embeddings.token_embedding.weight"] = "clip.token_embedding.weight",
        ["text_model.embeddings.position_embedding.weight"] = "clip.positional_embedding",
        ["text_model.final_layer_norm.weight"] = "clip.ln_final.weight",
        ["text_model.final_layer_norm.bias"] = "clip.ln_final.bias",
    };

    private static readonly Dictionary<string, string> s_blockNames = new(StringComparer.Ordinal)
    {
        ["layer_norm1"] = "ln_1",
        ["layer_norm2"] = "ln_2",
        ["mlp.fc1"] = "mlp.c_fc",
        ["mlp.fc2"] = "mlp.c_proj",
        ["self_attn.out_proj"] = "attn.out_proj",
    };

    private static readonly string[] s_projections = ["q", "k", "v"];

    [GeneratedRegex(@"^(vision|text)_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)$", RegexOptions.CultureInvariant)]
    private static partial Regex Block();

    [GeneratedRegex(@"^self_attn\.([qkv])_proj$", RegexOptions.CultureInvariant)]
    private static partial Regex Projection();

    /// <summary>Whether tensors have these names.</summary>
    public static bool Recognizes(IEnumerable<TensorSource> tensors) => tensors.Any(t =>
        t.Name.StartsWith("vision_model.", StringComparison.Ordinal)
        || t.Name.StartsWith("text_model.", StringComparison.Ordinal));

    /// <summary>The tensors as OpenAI has them; what has no place there keeps its name.</summary>
    /// <exception cref="ModelException">A projection is no matrix, or q, k and v do not fit each other.</exception>
    public static IEnumerable<TensorSource> Map(string source, IEnumerable<TensorSource> tensors)
    {
        var attention = new Dictionary<string, Dictionary<string, TensorSource>>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (s_names.TryGetValue(tensor.Name, out var name))
                yield return name is "clip.visual.proj" or "clip.text_projection"
                    ? Transposed(source, tensor, name) : tensor with { Name = name };
            else if (Block().Match(tensor.Name) is not { Success: true } block)
                yield return tensor;
            else if (Projection().Match(block.Groups[3].Value) is { Success: true } projection)
                Part(attention, $"{BlockName(block)}.attn.in_proj_{block.Groups[4].Value}")[projection.Groups[1].Value] = tensor;
            else if (s_blockNames.TryGetValue(block.Groups[3].Value, out var inner))
                yield return tensor with { Name = $"{BlockName(block)}.{inner}.{block.Groups[4].Value}" };
            else
                yield return tensor;
        }
        foreach (var (name, parts) in attention)
            if (parts.Count == s_projections.Length)
                yield return Joined(source, name, [.. s_projections.Select(p => parts[p])]);
            else
                foreach (var tensor in parts.Values)                 // one is missing: the others are left over under their names
                    yield return tensor;
    }

    private static string BlockName(Match block) =>
        $"clip.{(block.Groups[1].Value == "vision" ? "visual." : "")}transformer.resblocks.{block.Groups[2].Value}";

    private static Dictionary<string, TensorSource> Part(
        Dictionary<string, Dictionary<string, TensorSource>> attention, string name) =>
        attention.TryGetValue(name, out var parts) ? parts : attention[name] = new(StringComparer.Ordinal);

    /// <summary>q, k and v below each other.</summary>
    private static TensorSource Joined(string source, string name, IReadOnlyList<TensorSource> parts)
    {
        var first = parts[0];
        var rows = parts.Sum(t => t.Shape.Count == 0 ? 0L : t.Shape[0]);
        if (rows is 0 or > int.MaxValue
            || parts.Any(t => t.Type != first.Type || !t.Shape.Skip(1).SequenceEqual(first.Shape.Skip(1))))
            throw new ModelException($"{source}: the tensors that make up '{name}' do not fit each other");
        return new(name, first.Type, [(int)rows, .. first.Shape.Skip(1)], target =>
        {
            foreach (var part in parts)
                part.Write(target);
        });
    }

    private static TensorSource Transposed(string source, TensorSource tensor, string name)
    {
        if (tensor.Shape is not [var rows, var columns])
            throw new ModelException($"{source}: '{tensor.Name}' has {tensor.Shape.Count} dimensions; a projection has 2");
        return new(name, tensor.Type, [columns, rows], target =>
        {
            var (bytes, size) = (tensor.Read(), tensor.Type.Size());
            var transposed = new byte[bytes.Length];
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < columns; column++)
                    bytes.AsSpan(((row * columns) + column) * size, size)
                        .CopyTo(transposed.AsSpan(((column * rows) + row) * size));
            target.Write(transposed);
        });
    }
}
