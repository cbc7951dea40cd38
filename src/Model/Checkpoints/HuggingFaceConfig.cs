using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// What a CLIPModel's config.json says beyond the shapes of its tensors; absent values are those of the transformers library.
/// </summary>
internal sealed partial record HuggingFaceConfig : IClipConfig
{
    public const string FileName = "config.json";

    private const string Type = "clip";
    private const int VisionHeads = 12, TextHeads = 8, Longest = 1 << 20;
    private const double Epsilon = 1e-5, Tolerance = 1e-9;

    /// <summary>One of the two towers.</summary>
    internal sealed record Tower(int? NumAttentionHeads, string? HiddenAct, double? LayerNormEps, int? ImageSize);

    public string? ModelType { get; init; }
    public Tower? VisionConfig { get; init; }
    public Tower? TextConfig { get; init; }

    /// <summary>How older files name the two; where both are there, these count.</summary>
    public Tower? VisionConfigDict { get; init; }
    public Tower? TextConfigDict { get; init; }

    private string Path { get; init; } = "";

    /// <summary>Reads the file; null where there is none.</summary>
    /// <exception cref="ModelException">It is damaged or of another kind of model.</exception>
    public static HuggingFaceConfig? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var json = ModelFile.Read(path, Longest, "a configuration");
            var config = JsonSerializer.Deserialize(json, ConfigJson.Default.HuggingFaceConfig)
                ?? throw new ModelException($"{path}: is empty");
            return config.ModelType is null or Type
                ? config with { Path = path }
                : throw new ModelException($"{path}: is of a '{Printable.Name(config.ModelType)}' model; 'clip' is read");
        }
        catch (JsonException error)
        {
            throw new ModelException($"{path}: cannot be read: {Printable.Name(error.Message)}", error);
        }
    }

    /// <inheritdoc/>
    public ClipArchitecture Refine(ClipArchitecture clip)
    {
        var (vision, text) = (VisionConfigDict ?? VisionConfig, TextConfigDict ?? TextConfig);
        Check("vision_config", vision, clip.Vision.Width, VisionHeads);
        Check("text_config", text, clip.Text.Width, TextHeads);
        var activation = ActivationOf("vision_config", vision);
        if (activation != ActivationOf("text_config", text))
            throw new ModelException($"{Path}: hidden_act of vision_config and text_config differ; that is not supported");
        clip = clip with { Activation = activation };
        return vision?.ImageSize is { } size ? ClipShapes.WithImageSize(Path, size, clip) : clip;
    }

    private Activation ActivationOf(string name, Tower? tower) => tower?.HiddenAct switch
    {
        null or "quick_gelu" => Activation.QuickGelu,
        "gelu" => Activation.Gelu,
        var other => throw new ModelException(
            $"{Path}: {name}.hidden_act is '{Printable.Name(other)}'; only 'quick_gelu' and 'gelu' are supported"),
    };

    private void Check(string name, Tower? tower, int width, int defaultHeads)
    {
        if (tower is null)
            return;
        var heads = tower.NumAttentionHeads ?? defaultHeads;
        if (heads != width / ClipArchitecture.HeadWidth)
            throw new ModelException($"{Path}: {name}.num_attention_heads is {heads} for a width of {width}; "
                + $"only heads of {ClipArchitecture.HeadWidth} channels are supported");
        if (Math.Abs((tower.LayerNormEps ?? Epsilon) - Epsilon) > Tolerance)
            throw new ModelException($"{Path}: {name}.layer_norm_eps is {tower.LayerNormEps}; only {Epsilon} is supported");
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(HuggingFaceConfig))]
    private sealed partial class ConfigJson : JsonSerializerContext;
}
