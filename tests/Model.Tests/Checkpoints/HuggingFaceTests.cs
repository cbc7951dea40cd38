using TcMgc.Model.Checkpoints;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Checkpoints;

public sealed class HuggingFaceTests : TemporaryFolder
{
    internal const string Config = """
        {"model_type":"clip","vision_config":{"hidden_act":"quick_gelu","num_attention_heads":1,"image_size":16},
         "text_config":{"hidden_act":"quick_gelu","num_attention_heads":1,"layer_norm_eps":1e-05}}
        """;

    /// <summary>The tiny model's CLIP under the names of Hugging Face.</summary>
    internal static IEnumerable<TensorSource> Tiny() => TinyCheckpoint.Weights("clip4clip-mean-pooling").SelectMany(Published);

    private static IEnumerable<TensorSource> Published(TensorSource tensor)
    {
        var name = tensor.Name
            .Replace("clip.visual.transformer.resblocks", "vision_model.encoder.layers", StringComparison.Ordinal)
            .Replace("clip.transformer.resblocks", "text_model.encoder.layers", StringComparison.Ordinal)
            .Replace("ln_1", "layer_norm1", StringComparison.Ordinal).Replace("ln_2", "layer_norm2", StringComparison.Ordinal)
            .Replace("mlp.c_fc", "mlp.fc1", StringComparison.Ordinal).Replace("mlp.c_proj", "mlp.fc2", StringComparison.Ordinal)
            .Replace("attn.out_proj", "self_attn.out_proj", StringComparison.Ordinal)
            .Replace("clip.visual.ln_pre", "vision_model.pre_layrnorm", StringComparison.Ordinal)
            .Replace("clip.visual.ln_post", "vision_model.post_layernorm", StringComparison.Ordinal)
            .Replace("clip.ln_final", "text_model.final_layer_norm", StringComparison.Ordinal);
        if (name.Contains("attn.in_proj_", StringComparison.Ordinal))
            return from part in new[] { 0, 1, 2 }
                   select tensor with
                   {
                       Name = name.Replace("attn.in_proj_", $"self_attn.{"qkv"[part]}_proj.", StringComparison.Ordinal),
                       Shape = [tensor.Shape[0] / 3, .. tensor.Shape.Skip(1)],
                       Write = target =>
                       target.Write(tensor.Read().AsSpan(part * (int)tensor.Length / 3, (int)tensor.Length / 3)),
                   };
        return name switch
        {
            "clip.visual.proj" => [Transposed(tensor, "visual_projection.weight")],
            "clip.text_projection" => [Transposed(tensor, "text_projection.weight")],
            _ => [tensor with { Name = name switch
            {
                "clip.logit_scale" => "logit_scale",
                "clip.visual.class_embedding" => "vision_model.embeddings.class_embedding",
                "clip.visual.conv1.weight" => "vision_model.embeddings.patch_embedding.weight",
                "clip.visual.positional_embedding" => "vision_model.embeddings.position_embedding.weight",
                "clip.token_embedding.weight" => "text_model.embeddings.token_embedding.weight",
                "clip.positional_embedding" => "text_model.embeddings.position_embedding.weight",
                _ => name,
            } }],
        };
    }

    private static TensorSource Transposed(TensorSource tensor, string name)
    {
        var (rows, columns, values) = (tensor.Shape[0], tensor.Shape[1], tensor.Floats());
        return TinyCheckpoint.Floats(name, [columns, rows],
            [.. from c in Enumerable.Range(0, columns) from r in Enumerable.Range(0, rows) select values[(r * columns) + c]]);
    }

    [Fact]
    public void Names_projections_and_attention_come_out_as_OpenAI_has_them()
    {
        using var checkpoint =
            TinyCheckpoint.Open(Folder, [.. Tiny(), TinyCheckpoint.Floats("text_model.embeddings.position_ids", [1], 0)]);
        var expected = TinyCheckpoint.Weights("clip4clip-mean-pooling").ToDictionary(t => t.Name);

        Assert.Equal(expected.Keys.Order(), checkpoint.Tensors.Keys.Order());
        Assert.All(checkpoint.Tensors.Values, t => Assert.Equal(expected[t.Name].Shape, t.Shape));
        Assert.All(checkpoint.Tensors.Values, t => Assert.Equal(expected[t.Name].Read(), t.Read()));
    }

    [Fact]
    public void A_query_without_key_and_value_is_left_over_under_its_name()
    {
        using var checkpoint =
            TinyCheckpoint.Open(
                Folder, Tiny()
                .Where(t => !t.Name.StartsWith("text_model.encoder.layers.0.self_attn.k_proj", StringComparison.Ordinal)));

        Assert.Contains("text_model.encoder.layers.0.self_attn.q_proj.weight", checkpoint.Tensors.Keys);
        Assert.DoesNotContain("clip.transformer.resblocks.0.attn.in_proj_weight", checkpoint.Tensors.Keys);
    }

    [Fact]
    public void The_tensors_of_several_files_are_found_by_their_index()
    {
        TensorSource[] tensors = [.. Tiny()];
        TinyCheckpoint.Write(Folder, tensors[..10], "one.safetensors");
        TinyCheckpoint.Write(Folder, tensors[10..], "two.safetensors");
        var map = tensors.Select((t, i) => $"\"{t.Name}\":\"{(i < 10 ? "one" : "two")}.safetensors\"");
        File.WriteAllText(At("model.safetensors.index.json"),
            $"{{\"metadata\":{{\"total_size\":1}},\"weight_map\":{{{string.Join(',', map)}}}}}");

        using var checkpoint = CheckpointReader.Open(Folder);

        Assert.Equal(TinyCheckpoint.Clip, checkpoint.Architecture());
    }

    [Theory]
    [InlineData("../other.safetensors", "cannot be one of its parts")]
    [InlineData("one.safetensors", "'elsewhere' is not in 'one.safetensors'")]
    public void An_index_that_points_elsewhere_is_refused(string file, string reason)
    {
        TinyCheckpoint.Write(Folder, Tiny(), "one.safetensors");
        File.WriteAllText(At("model.safetensors.index.json"), $"{{\"weight_map\":{{\"elsewhere\":\"{file}\"}}}}");

        Assert.Contains(
            reason, Assert.Throws<ModelException>(() => CheckpointReader.Open(Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_configuration_beside_it_is_heeded()
    {
        File.WriteAllText(At("config.json"), Config.Replace("\"image_size\":16", "\"image_size\":20", StringComparison.Ordinal));
        using var checkpoint = TinyCheckpoint.Open(Folder, Tiny());

        Assert.Equal(
            TinyCheckpoint.Clip with { Vision = TinyCheckpoint.Clip.Vision with { ImageSize = 20 } }, checkpoint.Architecture());
    }

    [Theory]
    [InlineData("\"vision_config\":{\"hidden_act\":\"quick_gelu\"", "\"vision_config\":{\"hidden_act\":\"relu\"",
        "vision_config.hidden_act is 'relu'")]
    [InlineData("\"vision_config\":{\"hidden_act\":\"quick_gelu\"", "\"vision_config\":{\"hidden_act\":\"gelu\"",
        "hidden_act of vision_config and text_config differ")]
    [InlineData("\"text_config\":", "\"text_config_dict\":{\"hidden_act\":\"gelu\",\"num_attention_heads\":1},\"text_config\":",
        "hidden_act of vision_config and text_config differ")]
    [InlineData("\"num_attention_heads\":1,\"layer", "\"num_attention_heads\":2,\"layer", "text_config.num_attention_heads is 2")]
    [InlineData("1e-05", "1e-06", "layer_norm_eps is 1E-06")]
    [InlineData("\"image_size\":16", "\"image_size\":224", "images of 224")]
    [InlineData("\"num_attention_heads\":1,\"image", "\"image", "vision_config.num_attention_heads is 12")]
    public void A_clip_of_another_make_is_refused(string was, string becomes, string reason)
    {
        File.WriteAllText(At("config.json"), Config.Replace(was, becomes, StringComparison.Ordinal));
        using var checkpoint = TinyCheckpoint.Open(Folder, Tiny());

        Assert.Contains(reason, Assert.Throws<ModelException>(checkpoint.Architecture).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quick_gelu", Activation.QuickGelu)]
    [InlineData("gelu", Activation.Gelu)]
    public void The_activation_is_the_configuration_s(string name, Activation expected)
    {
        File.WriteAllText(At("config.json"), Config.Replace("quick_gelu", name, StringComparison.Ordinal));
        using var checkpoint = TinyCheckpoint.Open(Folder, Tiny());

        Assert.Equal(expected, ModelImport.Plan(checkpoint, new()).Config.Clip.Activation);
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("{\"model_type\":\"bert\"}", "'bert'")]
    [InlineData("null", "is empty")]
    [InlineData("{\"model_type\":\"\\ud800\"}", "cannot be read")]
    public void A_configuration_that_is_none_is_refused(string json, string reason)
    {
        File.WriteAllText(At("config.json"), json);

        Assert.Contains(
            reason, Assert.Throws<ModelException>(() => TinyCheckpoint.Open(Folder, Tiny())).Message, StringComparison.Ordinal);
    }
}
