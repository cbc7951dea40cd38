using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// The names of published checkpoints, brought to the ones this product uses: those of CLIP4Clip, X-CLIP and TC-MGC, where CLIP's
/// stand below <c>clip.</c>
/// </summary>
internal static class PublishedNames
{
    private const string ClipPrefix = "clip.", ParallelPrefix = "module.";

    /// <summary>What marks a CLIP under OpenAI's own names.</summary>
    private static readonly string[] s_openAiMarks = ["visual.conv1.weight", "token_embedding.weight", "text_projection"];

    private static readonly string[] s_openAiNames = ["positional_embedding", "text_projection", "logit_scale"];

    private static readonly string[] s_openAiModules = ["visual.", "transformer.", "token_embedding.", "ln_final."];

    /// <summary>What published files hold beside parameters: OpenAI's sizes, and the positions of older Hugging Face versions.</summary>
    private static readonly string[] s_noParameters = ["input_resolution", "context_length", "vocab_size", "position_ids"];

    /// <summary>The tensors under this product's names, without what is no parameter.</summary>
    /// <exception cref="ModelException">Two tensors have the same name.</exception>
    public static (IReadOnlyList<TensorSource> Tensors, bool IsHuggingFace) Map(string source, IReadOnlyList<TensorSource> tensors)
    {
        var named = tensors.Select(t => t with { Name = WithoutParallel(t.Name) }).Where(t => !s_noParameters.Contains(t.Name.Split('.')[^1])).ToArray();
        var isHuggingFace = HuggingFaceNames.Recognizes(named);
        if (isHuggingFace)
            named = [.. HuggingFaceNames.Map(source, named)];
        else if (named.Any(t => s_openAiMarks.Contains(t.Name)))
            named = [.. named.Select(t => IsOpenAi(t.Name) ? t with { Name = ClipPrefix + t.Name } : t)];

        var twice = named.GroupBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? (named, isHuggingFace) : throw new ModelException($"{source}: two of its tensors are '{Printable.Name(twice.Key)}'");
    }

    /// <summary>Training on several devices saves every name below <c>module.</c></summary>
    private static string WithoutParallel(string name)
    {
        while (name.StartsWith(ParallelPrefix, StringComparison.Ordinal))
            name = name[ParallelPrefix.Length..];
        return name;
    }

    private static bool IsOpenAi(string name) =>
        s_openAiNames.Contains(name) || s_openAiModules.Any(module => name.StartsWith(module, StringComparison.Ordinal));
}
