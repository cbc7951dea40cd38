using System.Text.Json;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// OpenCLIP's open_clip_config.json. What in it makes a model compute something else than a CLIP does here is refused by its key;
/// what is absent or null has the value that OpenCLIP gives it.
/// </summary>
internal sealed class OpenClipConfig : IClipConfig
{
    public const string FileName = "open_clip_config.json";

    private const string Model = "model_cfg", Vision = Model + ".vision_cfg", Text = Model + ".text_cfg";
    private const string Preprocessing = "preprocess_cfg";
    private const string QuickGelu = Model + ".quick_gelu", ImageSize = Vision + ".image_size", Heads = Text + ".heads";
    private const int Longest = 1 << 20, DefaultHeads = 8;
    private const double Tolerance = 1e-6;

    /// <summary>Numbers that the tensors tell as well.</summary>
    private static readonly Dictionary<string, Func<ClipArchitecture, int>> s_sizes = new(StringComparer.Ordinal)
    {
        [Model + ".embed_dim"] = clip => clip.EmbeddingWidth,
        [Vision + ".layers"] = clip => clip.Vision.Layers,
        [Vision + ".width"] = clip => clip.Vision.Width,
        [Vision + ".patch_size"] = clip => clip.Vision.PatchSize,
        [Text + ".context_length"] = clip => clip.Text.Context,
        [Text + ".vocab_size"] = clip => clip.Text.Vocabulary,
        [Text + ".layers"] = clip => clip.Text.Layers,
        [Text + ".width"] = clip => clip.Text.Width,
        [Heads] = clip => clip.Text.Width / ClipArchitecture.HeadWidth,
    };

    /// <summary>Settings with the one value that is supported, as JSON. Those that are in no list here must be false.</summary>
    private static readonly Dictionary<string, string> s_supported = new(StringComparer.Ordinal)
    {
        [Vision + ".head_width"] = "64",
        [Vision + ".mlp_ratio"] = "4",
        [Vision + ".pos_embed_type"] = "\"learnable\"",
        [Vision + ".pool_type"] = "\"tok\"",
        [Vision + ".block_type"] = "\"default\"",
        [Text + ".text_arch"] = "\"clip\"",
        [Text + ".mlp_ratio"] = "4",
        [Text + ".pool_type"] = "\"argmax\"",
        [Text + ".proj_type"] = "\"linear\"",
        [Text + ".block_type"] = "\"default\"",
        [Text + ".tokenizer_type"] = "\"\"",
        [Preprocessing + ".mode"] = "\"RGB\"",
        [Preprocessing + ".interpolation"] = "\"bicubic\"",
        [Preprocessing + ".resize_mode"] = "\"shortest\"",
    };

    private static readonly Dictionary<string, float[]> s_channels = new(StringComparer.Ordinal)
    {
        [Preprocessing + ".mean"] = Clip.ImageEncoder.Mean,
        [Preprocessing + ".std"] = Clip.ImageEncoder.Deviation,
    };

    /// <summary>Settings of training, of what is refused by another key, and those that tensors and tokenizer tell.</summary>
    private static readonly HashSet<string> s_ignored = new(StringComparer.Ordinal)
    {
        Model + ".custom_text", Model + ".init_logit_scale", Model + ".nonscalar_logit_scale",
        Vision + ".patch_dropout", Vision + ".output_tokens", Vision + ".attn_pooler_queries", Vision + ".attn_pooler_heads",
        Vision + ".timm_model_pretrained", Vision + ".timm_pool", Vision + ".timm_proj", Vision + ".timm_drop",
        Text + ".output_tokens", Text + ".pad_id", Text + ".bos_id", Text + ".eos_id", Text + ".hf_tokenizer_name",
        Text + ".hf_model_pretrained", Text + ".hf_proj_type", Text + ".hf_pooler_type",
        Preprocessing + ".size", Preprocessing + ".fill_color",
    };

    private readonly string _path;
    private readonly Dictionary<string, int> _sizes = new(StringComparer.Ordinal) { [Heads] = DefaultHeads };
    private Activation _activation = Activation.Gelu;

    private OpenClipConfig(string path, JsonElement json)
    {
        _path = path;
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(Model, out var model)
            || model.ValueKind != JsonValueKind.Object)
            throw new ModelException($"{path}: has no '{Model}'; take the one that the model was published with");
        Read(Model, model);
        if (json.TryGetProperty(Preprocessing, out var preprocessing))
            Read(Preprocessing, preprocessing);
    }

    /// <summary>Reads the file; null where there is none.</summary>
    /// <exception cref="ModelException">It is damaged, or asks for what is not supported.</exception>
    public static OpenClipConfig? Read(string path) =>
        File.Exists(path) ? ModelFile.ReadJson(path, Longest, "a configuration", json => new OpenClipConfig(path, json)) : null;

    /// <inheritdoc/>
    public ClipArchitecture Refine(ClipArchitecture clip)
    {
        foreach (var (key, size) in _sizes)
            if (s_sizes.TryGetValue(key, out var of) && of(clip) != size)
                throw new ModelException($"{_path}: {key} is {size}; the tensors beside it make it {of(clip)}");
        clip = clip with { Activation = _activation };
        return _sizes.TryGetValue(ImageSize, out var image) ? ClipShapes.WithImageSize(_path, image, clip) : clip;
    }

    private void Read(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null || s_ignored.Contains(key))
            return;
        if (key is Model or Vision or Text or Preprocessing && value.ValueKind == JsonValueKind.Object)
            foreach (var setting in value.EnumerateObject())
                Read($"{key}.{setting.Name}", setting.Value);
        else if (s_sizes.ContainsKey(key) || key == ImageSize)
            _sizes[key] = Number(key, value);
        else if (key == QuickGelu && value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            _activation = value.GetBoolean() ? Activation.QuickGelu : Activation.Gelu;
        else if (s_channels.TryGetValue(key, out var channels))
            Require(AreClose(value, channels), key, value, "only OpenAI's is supported");
        else if (s_supported.TryGetValue(key, out var only))
            Require(IsEqual(value, only), key, value, $"only {only} is supported");
        else
            Require(value.ValueKind == JsonValueKind.False, key, value, "that is not supported");
    }

    private int Number(string key, JsonElement value)
    {
        var size = 0;
        var isWhole = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out size);
        Require(isWhole, key, value, "only a whole number is supported");
        return size;
    }

    private void Require(bool holds, string key, JsonElement value, string rule)
    {
        if (!holds)
            throw new ModelException($"{_path}: {Printable.Name(key)} is {Printable.Name(value.GetRawText())}; {rule}");
    }

    private static bool IsEqual(JsonElement value, string json)
    {
        using var expected = JsonDocument.Parse(json);
        return JsonElement.DeepEquals(value, expected.RootElement);
    }

    private static bool AreClose(JsonElement value, float[] channels) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == channels.Length
        && value.EnumerateArray().Zip(channels).All(pair => pair.First.ValueKind == JsonValueKind.Number
            && pair.First.TryGetDouble(out var number) && Math.Abs(number - pair.Second) < Tolerance);
}
