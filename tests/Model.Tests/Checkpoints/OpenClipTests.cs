using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcMgc.Model.Checkpoints;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Checkpoints;

public sealed class OpenClipTests : TemporaryFolder
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string File = "open_clip_model.safetensors", ConfigFile = "open_clip_config.json";

    /// <summary>The tiny model's, as OpenCLIP publishes it.</summary>
    internal const string Config = """
        {"model_cfg":{"embed_dim":64,
          "vision_cfg":{"image_size":16,"layers":1,"width":64,"head_width":64,"mlp_ratio":4.0,"patch_size":8,"patch_dropout":0.5},
          "text_cfg":{"context_length":8,"vocab_size":40,"width":64,"heads":1,"layers":2,"embed_cls":false,"eos_id":39}},
         "preprocess_cfg":{"mean":[0.48145466,0.4578275,0.40821073],"std":[0.26862954,0.26130258,0.27577711],
          "interpolation":"bicubic","resize_mode":"shortest"}}
        """;

    /// <summary>The tiny model's CLIP under OpenCLIP's names, which are OpenAI's.</summary>
    internal static IEnumerable<TensorSource> Tiny() =>
        TinyCheckpoint.Weights("clip4clip-mean-pooling").Select(t => t with { Name = t.Name["clip.".Length..] });

    private Checkpoint Open(IEnumerable<TensorSource>? tensors = null, string? config = Config)
    {
        TinyCheckpoint.Write(Folder, tensors ?? Tiny(), File);
        if (config is not null)
            System.IO.File.WriteAllText(At(ConfigFile), config);
        return CheckpointReader.Open(Folder);
    }

    /// <summary>The configuration with another value for a key.</summary>
    private static string With(string key, string value)
    {
        var config = JsonNode.Parse(Config)!;
        var parent = key.Split('.')[..^1].Aggregate(config, (node, name) => node[name]!);
        parent[key.Split('.')[^1]] = JsonNode.Parse(value);
        return config.ToJsonString(s_json);
    }

    private static ClipArchitecture Architecture(Checkpoint checkpoint) => ModelImport.Plan(checkpoint, new()).Config.Clip;

    private string Refusal(string config)
    {
        var error = Assert.Throws<ModelException>(() =>
        {
            using var checkpoint = Open(config: config);
            checkpoint.Architecture();
        });
        Assert.StartsWith($"{At(ConfigFile)}: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private static void AssertTiny(Checkpoint checkpoint)
    {
        var expected = TinyCheckpoint.Weights("clip4clip-mean-pooling").ToDictionary(t => t.Name);
        Assert.Equal(expected.Keys.Order(), checkpoint.Tensors.Keys.Order());
        Assert.All(checkpoint.Tensors.Values, t => Assert.Equal(expected[t.Name].Shape, t.Shape));
        Assert.All(checkpoint.Tensors.Values, t => Assert.Equal(expected[t.Name].Read(), t.Read()));
    }

    [Fact]
    public void A_folder_of_OpenCLIP_is_a_clip_with_exact_gelu()
    {
        using var checkpoint = Open();

        AssertTiny(checkpoint);
        Assert.Equal(TinyCheckpoint.Clip with { Activation = Activation.Gelu }, Architecture(checkpoint));
    }

    [Theory]
    [InlineData("true", Activation.QuickGelu)]
    [InlineData("false", Activation.Gelu)]
    [InlineData("null", Activation.Gelu)]
    public void The_configuration_may_ask_for_OpenAI_s_gelu(string value, Activation expected)
    {
        using var checkpoint = Open(config: With("model_cfg.quick_gelu", value));

        Assert.Equal(expected, Architecture(checkpoint).Activation);
    }

    [Fact]
    public void A_text_tower_of_its_own_a_scale_in_a_vector_and_a_mask_are_OpenCLIP_s_as_well()
    {
        using var checkpoint = Open(Tiny()
            .Select(t => t.Name.StartsWith("visual.", StringComparison.Ordinal) ? t
                : t.Name == "logit_scale" ? t with { Shape = [1] } : t with { Name = "text." + t.Name })
            .Append(TinyCheckpoint.Floats("text.attn_mask", [1, 1], 0)));

        AssertTiny(checkpoint);
    }

    [Fact]
    public void Of_two_layouts_in_a_folder_OpenCLIP_s_is_taken()
    {
        TinyCheckpoint.Write(Folder, HuggingFaceTests.Tiny());

        using var checkpoint = Open();

        Assert.Equal(At(File), checkpoint.Path);
    }

    [Fact]
    public void An_image_may_have_a_border_that_no_patch_covers()
    {
        using var checkpoint = Open(config: With("model_cfg.vision_cfg.image_size", "20"));

        Assert.Equal(20, Architecture(checkpoint).Vision.ImageSize);
    }

    [Theory]
    [InlineData("model_cfg.vision_cfg.head_width", "80", "only 64 is supported")]
    [InlineData("model_cfg.vision_cfg.mlp_ratio", "4.3637", "only 4 is supported")]
    [InlineData("model_cfg.vision_cfg.timm_model_name", "\"vit\"", "that is not supported")]
    [InlineData("model_cfg.vision_cfg.act_kwargs", "{\"approximate\":\"tanh\"}", "that is not supported")]
    [InlineData("model_cfg.vision_cfg.pool_type", "\"avg\"", "only \"tok\" is supported")]
    [InlineData("model_cfg.vision_cfg.attentional_pool", "true", "that is not supported")]
    [InlineData("model_cfg.vision_cfg.invented_later", "\"yes\"", "that is not supported")]
    [InlineData("model_cfg.text_cfg.embed_cls", "true", "that is not supported")]
    [InlineData("model_cfg.text_cfg.hf_model_name", "\"roberta\"", "that is not supported")]
    [InlineData("model_cfg.text_cfg.tokenizer_kwargs", "{\"clean\":\"canonicalize\"}", "that is not supported")]
    [InlineData("model_cfg.quick_gelu", "\"yes\"", "that is not supported")]
    [InlineData("model_cfg.init_logit_bias", "-10", "that is not supported")]
    [InlineData("model_cfg.multimodal_cfg", "{\"layers\":1}", "that is not supported")]
    [InlineData("preprocess_cfg.mean", "[0.5,0.4578275,0.40821073]", "only OpenAI's is supported")]
    [InlineData("preprocess_cfg.std", "1", "only OpenAI's is supported")]
    [InlineData("preprocess_cfg.interpolation", "\"bilinear\"", "only \"bicubic\" is supported")]
    [InlineData("preprocess_cfg.resize_mode", "\"squash\"", "only \"shortest\" is supported")]
    [InlineData("model_cfg.embed_dim", "512", "the tensors beside it make it 64")]
    [InlineData("model_cfg.vision_cfg.layers", "12", "the tensors beside it make it 1")]
    [InlineData("model_cfg.vision_cfg.layers", "[3,4,6,3]", "only a whole number is supported")]
    [InlineData("model_cfg.vision_cfg.patch_size", "4", "the tensors beside it make it 8")]
    [InlineData("model_cfg.text_cfg.heads", "2", "the tensors beside it make it 1")]
    [InlineData("model_cfg.text_cfg.vocab_size", "49408", "the tensors beside it make it 40")]
    [InlineData("model_cfg.text_cfg.width", "1e99", "only a whole number is supported")]
    public void What_makes_it_another_model_is_refused_by_its_key(string key, string value, string reason) =>
        Assert.EndsWith($": {key} is {value}; {reason}", Refusal(With(key, value)), StringComparison.Ordinal);

    [Theory]
    [InlineData(224)]
    [InlineData(-16)]
    public void An_image_size_that_the_positions_are_not_for_is_refused(int size) =>
        Assert.Contains(
            $"images of {size}", Refusal(With("model_cfg.vision_cfg.image_size", $"{size}")), StringComparison.Ordinal);

    [Fact]
    public void Heads_that_are_not_said_are_the_eight_that_OpenCLIP_has_then() =>
        Assert.Contains("text_cfg.heads is 8;", Refusal(With("model_cfg.text_cfg.heads", "null")), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("null", "has no 'model_cfg'")]
    [InlineData("{\"model_cfg\":5}", "has no 'model_cfg'")]
    [InlineData("{\"model_cfg\":{\"vision_cfg\":[1]}}", "model_cfg.vision_cfg is [1]; that is not supported")]
    [InlineData("{\"model_cfg\":{\"\\ud800\":1}}", "is no Unicode")]
    [InlineData("{\"model_cfg\":{\"a\\nb\":1}}", "model_cfg.a?b is 1")]
    public void A_configuration_that_is_none_is_refused(string json, string reason) =>
        Assert.Contains(reason, Refusal(json), StringComparison.Ordinal);

    [Fact]
    public void A_configuration_of_any_size_is_not_read() =>
        Assert.Contains("more than a configuration can", Refusal(Config + new string(' ', 1 << 20)), StringComparison.Ordinal);

    [Fact]
    public void Without_a_configuration_the_activation_must_be_given()
    {
        using var checkpoint = Open(config: null);

        var error = Assert.Throws<ModelException>(() => ModelImport.Plan(checkpoint, new()));

        Assert.Contains("put its open_clip_config.json or config.json beside it", error.Message, StringComparison.Ordinal);
        var plan = ModelImport.Plan(checkpoint, new() { Activation = Activation.Gelu });
        Assert.Equal(Activation.Gelu, plan.Config.Clip.Activation);
    }

    [Fact]
    public void OpenAI_s_own_archive_is_known_by_the_sizes_in_it()
    {
        var size = new TensorSource("input_resolution", ElementType.Int64, [], target => target.Write(new byte[sizeof(long)]));

        using var checkpoint = Open(Tiny().Append(size), config: null);

        Assert.Equal(TinyCheckpoint.Clip, Architecture(checkpoint));
    }

    [Theory]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.QuickGelu)]
    public void Weights_of_a_model_folder_have_the_activation_of_its_card(Activation activation)
    {
        var config = TinyCheckpoint.Config("clip4clip-mean-pooling");
        config = config with { Clip = config.Clip with { Activation = activation } };
        var folder = ModelFolder.Write(At("model"), "model", config, RandomWeights.Of(config, 1), _ => { },
            new("test", DateTimeOffset.UnixEpoch));

        using var checkpoint = CheckpointReader.Open(folder.WeightsPath);

        Assert.Equal(activation, Architecture(checkpoint).Activation);
    }
}
