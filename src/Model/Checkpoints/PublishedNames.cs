using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>Who named a checkpoint's tensors.</summary>
internal enum CheckpointNames
{
    /// <summary>CLIP4Clip, X-CLIP, TC-MGC and this product: CLIP's below <c>clip.</c></summary>
    Own,

    /// <summary>OpenAI, in an archive that holds its sizes as well.</summary>
    OpenAi,

    /// <summary>OpenCLIP, or OpenAI's model without the sizes: both have the same names.</summary>
    OpenClip,

    /// <summary>The transformers library.</summary>
    HuggingFace,
}

/// <summary>
/// The names of published checkpoints, brought to the ones this product uses: those of CLIP4Clip, X-CLIP and TC-MGC, where CLIP's
/// stand below <c>clip.</c>
/// </summary>
internal static class PublishedNames
{
    private const string ClipPrefix = "clip.", ParallelPrefix = "module.", TextPrefix = "text.", LogitScale = "logit_scale";

    /// <summary>What marks a CLIP under OpenAI's own names.</summary>
    private static readonly string[] s_openAiMarks = ["visual.conv1.weight", "token_embedding.weight", "text_projection"];

    private static readonly string[] s_openAiNames = ["positional_embedding", "text_projection", LogitScale];

    private static readonly string[] s_openAiModules = ["visual.", "transformer.", "token_embedding.", "ln_final."];

    private static readonly string[] s_openAiSizes = ["input_resolution", "context_length", "vocab_size"];

    /// <summary>What published files hold beside parameters: OpenAI's sizes, positions and masks.</summary>
    private static readonly string[] s_noParameters = [.. s_openAiSizes, "position_ids", "attn_mask"];

    /// <summary>The tensors under this product's names, without what is no parameter.</summary>
    /// <exception cref="ModelException">Two tensors have the same name.</exception>
    public static (IReadOnlyList<TensorSource> Tensors, CheckpointNames Names) Map(string source,
        IReadOnlyList<TensorSource> tensors)
    {
        var named = tensors.Select(t => t with { Name = WithoutParallel(t.Name) })
            .Where(t => !s_noParameters.Contains(t.Name.Split('.')[^1])).ToArray();
        var names = CheckpointNames.Own;
        if (HuggingFaceNames.Recognizes(named))
        {
            names = CheckpointNames.HuggingFace;
            named = [.. HuggingFaceNames.Map(source, named)];
        }
        else if (named.Any(t => s_openAiMarks.Contains(t.Name)))
        {
            var hasSizes = tensors.Any(t => s_openAiSizes.Contains(WithoutParallel(t.Name)));
            names = hasSizes ? CheckpointNames.OpenAi : CheckpointNames.OpenClip;
            named = [.. named.Select(OpenAi)];
        }

        var twice = named.GroupBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? (named, names)
            : throw new ModelException($"{source}: two of its tensors are '{Printable.Name(twice.Key)}'");
    }

    /// <summary>Training on several devices saves every name below <c>module.</c></summary>
    private static string WithoutParallel(string name)
    {
        while (name.StartsWith(ParallelPrefix, StringComparison.Ordinal))
            name = name[ParallelPrefix.Length..];
        return name;
    }

    /// <summary>OpenCLIP may have the text tower below <c>text.</c>, and the scale as a vector of one.</summary>
    private static TensorSource OpenAi(TensorSource tensor)
    {
        var name = tensor.Name.StartsWith(TextPrefix, StringComparison.Ordinal) ? tensor.Name[TextPrefix.Length..] : tensor.Name;
        return !IsOpenAi(name) ? tensor
            : name == LogitScale && tensor.Shape is [1] ? tensor with { Name = ClipPrefix + name, Shape = [] }
            : tensor with { Name = ClipPrefix + name };
    }

    private static bool IsOpenAi(string name) =>
        s_openAiNames.Contains(name) || s_openAiModules.Any(module => name.StartsWith(module, StringComparison.Ordinal));
}
