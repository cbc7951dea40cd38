using System.Runtime.InteropServices;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>A tensor that the model needs in another shape than the checkpoint has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Found">Its shape in the checkpoint.</param>
/// <param name="Needed">The shape that the model's sizes make it.</param>
public sealed record WrongShape(string Name, IReadOnlyList<int> Found, IReadOnlyList<int> Needed);

/// <summary>What becomes of a checkpoint as a model: which parameters it has, and which it lacks.</summary>
public sealed class ModelImport
{
    private readonly IReadOnlyDictionary<string, TensorSource> _tensors;
    private readonly IReadOnlyList<ParameterSpec> _parameters;

    private ModelImport(ModelConfig config, IReadOnlyDictionary<string, TensorSource> tensors)
    {
        (Config, _tensors, _parameters) = (config, tensors, ParameterSpec.Of(config));
        Missing = [.. _parameters.Where(p => !tensors.ContainsKey(p.Name))];
        LeftOver = [.. tensors.Keys.Except(_parameters.Select(p => p.Name))];
        WrongShapes = [
            .. _parameters.Where(p => tensors.TryGetValue(p.Name, out var found) && !found.Shape.SequenceEqual(p.Shape))
            .Select(p => new WrongShape(p.Name, tensors[p.Name].Shape, p.Shape))];
    }

    /// <summary>The model's configuration, as far as known from the checkpoint, else from the options.</summary>
    public ModelConfig Config { get; }

    /// <summary>Parameters that the checkpoint lacks.</summary>
    public IReadOnlyList<ParameterSpec> Missing { get; }

    /// <summary>Tensors of the checkpoint that the model has no use for.</summary>
    public IReadOnlyList<string> LeftOver { get; }

    /// <summary>Parameters that the checkpoint has in another shape.</summary>
    public IReadOnlyList<WrongShape> WrongShapes { get; }

    /// <summary>Parameters of CLIP itself that are missing: nothing can stand in for them.</summary>
    public IEnumerable<ParameterSpec> MissingOfClip => Missing.Where(p => p.Name.StartsWith("clip.", StringComparison.Ordinal));

    /// <summary>Why it cannot become a model; null where it can.</summary>
    /// <param name="partial">Whether missing parameters of the head may start as training does.</param>
    public string? Refusal(bool partial)
    {
        var reasons = new List<string>();
        if (WrongShapes.Count > 0)
            reasons.Add($"{Tensors(WrongShapes.Count)} of the wrong shape");
        if (MissingOfClip.Any() || (Missing.Count > 0 && !partial))
            reasons.Add($"{Tensors(Missing.Count)} missing"
                + $"{(MissingOfClip.Any() ? "" : " (--partial starts them as training does)")}");
        return reasons.Count == 0 ? null : string.Join(", ", reasons);

        static string Tensors(int count) => count == 1 ? "1 tensor is" : $"{count} tensors are";
    }

    /// <summary>Compares a checkpoint with the model that it seems to be.</summary>
    /// <exception cref="ModelException">It holds no CLIP that is supported, or its sizes do not fit each other.</exception>
    public static ModelImport Plan(Checkpoint checkpoint, ImportOptions options)
    {
        var tensors = GateNames.Map(checkpoint.Path, checkpoint.Tensors, options.Head);
        var inference = new ConfigInference(checkpoint.Path, Architecture(checkpoint, options), tensors);
        var import = new ModelImport(inference.Config(options), tensors);
        var number = import._parameters.FirstOrDefault(p => tensors.TryGetValue(p.Name, out var t) && !IsFloat(t.Type));
        return number is null
            ? import
            : throw new ModelException(
                $"{checkpoint.Path}: '{number.Name}' is {tensors[number.Name].Type}; a parameter is float");
    }

    private static ClipArchitecture Architecture(Checkpoint checkpoint, ImportOptions options)
    {
        var clip = checkpoint.Architecture();
        if (options.Activation is { } chosen)
            return clip with { Activation = chosen };
        return checkpoint.SaysActivation ? clip : throw new ModelException(
            $"{checkpoint.Path}: nothing says whether it was trained with OpenAI's QuickGELU or with exact GELU; put its "
            + $"{OpenClipConfig.FileName} or {HuggingFaceConfig.FileName} beside it, or give --activation quickgelu (OpenAI) "
            + "or gelu (most of OpenCLIP)");
    }

    /// <summary>
    /// The model's weights: the checkpoint's as they are, and what it lacks in the state in which training starts. As in
    /// CLIP4Clip, new transformers and positions start from the text encoder's.
    /// </summary>
    /// <param name="seed">Seed of what is random among the new ones.</param>
    public IEnumerable<TensorSource> Weights(int seed) =>
        _parameters.Select(p => _tensors.GetValueOrDefault(p.Name) ?? Initial(p, seed));

    private TensorSource Initial(ParameterSpec parameter, int seed) =>
        _tensors.TryGetValue(TextEncoderTwin(parameter.Name), out var twin) && twin.Shape.SequenceEqual(parameter.Shape)
            ? twin with { Name = parameter.Name }
            : new(parameter.Name, ElementType.Float32, parameter.Shape,
                target => target.Write(MemoryMarshal.AsBytes<float>(RandomWeights.Values(parameter, Config, seed))));

    private static string TextEncoderTwin(string name) => name switch
    {
        "frame_position_embeddings.weight" or "cross.embeddings.position_embeddings.weight" => "clip.positional_embedding",
        _ when name.StartsWith("transformerClip.", StringComparison.Ordinal) =>
            "clip.transformer." + name["transformerClip.".Length..],
        _ when name.StartsWith("cross.transformer.", StringComparison.Ordinal) =>
            "clip.transformer." + name["cross.transformer.".Length..],
        _ => name,
    };

    private static bool IsFloat(ElementType type) => type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16;
}
