using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Model.Checkpoints;

/// <summary>What a CLIPModel's config.json says beyond the shapes of its tensors; absent values are those of the transformers library.</summary>
internal sealed partial record HuggingFaceConfig(string? ModelType, HuggingFaceConfig.Tower? VisionConfig, HuggingFaceConfig.Tower? TextConfig)
{
    private const string Activation = "quick_gelu", Type = "clip";
    private const int VisionHeads = 12, TextHeads = 8, Longest = 1 << 20;
    private const double Epsilon = 1e-5, Tolerance = 1e-9;

    /// <summary>One of the two towers.</summary>
    internal sealed record Tower(int? NumAttentionHeads, string? HiddenAct, double? LayerNormEps, int? ImageSize);

    /// <summary>Reads the file; null where there is none.</summary>
    /// <exception cref="ModelException">It is damaged or of another kind of model.</exception>
    public static HuggingFaceConfig? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var config = JsonSerializer.Deserialize(ModelFile.Read(path, Longest, "a configuration"), ConfigJson.Default.HuggingFaceConfig)
                ?? throw new ModelException($"{path}: is empty");
            return config.ModelType is null or Type
                ? config
                : throw new ModelException($"{path}: is of a '{Printable.Name(config.ModelType)}' model; 'clip' is read");
        }
        catch (JsonException error)
        {
            throw new ModelException($"{path}: cannot be read: {Printable.Name(error.Message)}", error);
        }
    }

    /// <summary>Checks that the model computes what OpenAI's CLIP does, and takes the image size, which shapes give only up to a border.</summary>
    /// <exception cref="ModelException">It is a CLIP of another make.</exception>
    public ClipArchitecture Refine(string source, ClipArchitecture clip)
    {
        Check(source, "vision_config", VisionConfig, clip.Vision.Width, VisionHeads);
        Check(source, "text_config", TextConfig, clip.Text.Width, TextHeads);
        if (VisionConfig?.ImageSize is not { } size)
            return clip;
        return size / clip.Vision.PatchSize == clip.Vision.Grid && size > 0
            ? clip with { Vision = clip.Vision with { ImageSize = size } }
            : throw new ModelException($"{source}: its config.json has images of {size}, its position embedding is for {clip.Vision.ImageSize}");
    }

    private static void Check(string source, string name, Tower? tower, int width, int defaultHeads)
    {
        if (tower is null)
            return;
        if ((tower.HiddenAct ?? Activation) != Activation)
            throw new ModelException($"{source}: {name}.hidden_act is '{Printable.Name(tower.HiddenAct!)}'; only '{Activation}', OpenAI's, is supported");
        if ((tower.NumAttentionHeads ?? defaultHeads) * ClipArchitecture.HeadWidth != width)
            throw new ModelException(
                $"{source}: {name}.num_attention_heads is {tower.NumAttentionHeads ?? defaultHeads} for a width of {width}; only heads of {ClipArchitecture.HeadWidth} channels are supported");
        if (Math.Abs((tower.LayerNormEps ?? Epsilon) - Epsilon) > Tolerance)
            throw new ModelException($"{source}: {name}.layer_norm_eps is {tower.LayerNormEps}; only {Epsilon}, OpenAI's, is supported");
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(HuggingFaceConfig))]
    private sealed partial class ConfigJson : JsonSerializerContext;
}
