using TcMgc.Model.Checkpoints;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Checkpoints;

public sealed class ModelImportTests : TemporaryFolder
{
    public static TheoryData<string> Heads => [.. SimilarityHead.All.Keys];

    private ModelImport Plan(IEnumerable<TensorSource> tensors, ImportOptions? options = null)
    {
        using var checkpoint = TinyCheckpoint.Open(Folder, tensors);
        return ModelImport.Plan(checkpoint, options ?? new());
    }

    private static IEnumerable<TensorSource> Renamed(string head, Func<string, string> rename) =>
        TinyCheckpoint.Weights(head).Select(t => t with { Name = rename(t.Name) });

    private static void AssertWhole(ModelImport import, string head)
    {
        Assert.Equal(head, import.Config.Head);
        Assert.Empty(import.Missing);
        Assert.Empty(import.LeftOver);
        Assert.Empty(import.WrongShapes);
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void Every_head_is_recognised_by_its_parameters_and_its_sizes_by_their_shapes(string head) =>
        AssertWhole(Plan(TinyCheckpoint.Weights(head), new() { Frames = 6 }), head);

    [Fact]
    public void What_shapes_fix_needs_no_options()
    {
        var config = Plan(TinyCheckpoint.Weights("xclip")).Config;

        Assert.Equal((8, 6, 2, 8), (config.Words, config.Frames, config.TemporalLayers, config.FramePositions));
    }

    [Theory]
    [InlineData(1, 0.2)]
    [InlineData(4, 0.5)]
    [InlineData(7, 0.9)]
    public void A_keep_rate_is_found_that_keeps_as_many_similarities(int kept, double expected)
    {
        var config = TinyCheckpoint.Config("tcmgc") with { KeepRate = (kept + 0.5) / 8 };

        var import = Plan(TcMgc.Model.Store.RandomWeights.Of(config, 1), new() { Frames = 6 });

        AssertWhole(import, "tcmgc");
        Assert.Equal((kept, expected), ((int)(import.Config.Words * import.Config.KeepRate), import.Config.KeepRate));
    }

    [Fact]
    public void Matrices_for_more_words_than_given_ask_for_the_words()
    {
        var error = Assert.Throws<ModelException>(() => Plan(TinyCheckpoint.Weights("tcmgc"), new() { Words = 4 }));

        Assert.Contains("--words", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "excitation-aggregation", "se_block_excitation.", "se_block1.scale.", "se_block_aggregation.", "se_block2.aggregate.")]
    [InlineData("sequential-transformer-aggregation", "se_block_aggregation.", "se_block.", "none", "none")]
    [InlineData("excitation-tight", "se_block_excitation.", "se_block.", "none", "none")]
    public void The_gates_of_the_study_are_known_by_its_names(
    string head, string first, string firstPublished, string second, string secondPublished) =>
        AssertWhole(
            Plan(Renamed(head, n => n.Replace(first, firstPublished, StringComparison.Ordinal)
                .Replace(second, secondPublished, StringComparison.Ordinal)), new() { Frames = 6 }), head);

    [Fact]
    public void The_only_gate_of_a_model_does_what_the_head_says()
    {
        var tensors = Renamed(
            "excitation-lstm-mean-pooling", n => n.Replace("se_block_excitation.", "se_block.", StringComparison.Ordinal));

        AssertWhole(Plan(tensors, new() { Head = "excitation-lstm-mean-pooling" }), "excitation-lstm-mean-pooling");
    }

    [Fact]
    public void Missing_left_over_and_misshapen_tensors_are_listed_by_name()
    {
        var tensors = TinyCheckpoint.Weights("tcmgc").Where(
            t => t.Name is not ("logit_weight" or "clip.logit_scale" or "global_mat_weight"));

        var import =
            Plan([.. tensors, TinyCheckpoint.Floats("global_mat_weight", [2, 1], 0, 0), TinyCheckpoint.Floats("extra", [1], 0)],
                new() { Frames = 6 });

        Assert.Equal(["clip.logit_scale", "logit_weight"], import.Missing.Select(p => p.Name).Order());
        Assert.Equal(["clip.logit_scale"], import.MissingOfClip.Select(p => p.Name));
        Assert.Equal(["extra"], import.LeftOver);
        var wrong = Assert.Single(import.WrongShapes);
        Assert.Equal(
            ("global_mat_weight", "2,1", "64,64"), (wrong.Name, string.Join(',', wrong.Found), string.Join(',', wrong.Needed)));
    }

    [Fact]
    public void A_head_on_a_plain_clip_starts_as_training_does()
    {
        using var checkpoint = TinyCheckpoint.Open(Folder, TinyCheckpoint.Weights("clip4clip-mean-pooling"));

        var import = ModelImport.Plan(checkpoint, new() { Head = "tcmgc", TemporalLayers = 2, Frames = 6 });
        var weights = import.Weights(seed: 1).ToDictionary(t => t.Name);

        Assert.Empty(import.MissingOfClip);
        Assert.NotEmpty(import.Missing);
        Assert.Equal(weights["clip.transformer.resblocks.1.mlp.c_fc.weight"].Read(),
            weights["transformerClip.resblocks.1.mlp.c_fc.weight"].Read());
        Assert.Equal(weights["clip.positional_embedding"].Read(), weights["frame_position_embeddings.weight"].Read());
        Assert.All(weights["logit_weight"].Floats().Index(), x => Assert.Equal(x.Index % 5 == 0 ? 1f : 0f, x.Item));
        Assert.All(weights["conditional_transformer.pool_frames.layer_norm1.weight"].Floats(), x => Assert.Equal(1f, x));
        Assert.Equal(ParameterSpec.Of(import.Config).Select(p => p.Name), weights.Keys);
    }

    [Fact]
    public void A_parameter_of_integers_is_refused()
    {
        var tensors = TinyCheckpoint.Weights("clip4clip-mean-pooling").Where(t => t.Name != "clip.logit_scale");

        var error = Assert.Throws<ModelException>(
            () => Plan([.. tensors, new("clip.logit_scale", ElementType.Int64, [], t => t.Write(new byte[8]))]));

        Assert.Contains("'clip.logit_scale' is Int64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_residual_network_is_refused_as_such()
    {
        var error =
            Assert.Throws<ModelException>(
                () => Plan(
                    [TinyCheckpoint.Floats("visual.layer1.0.conv1.weight", [1], 0),
                        TinyCheckpoint.Floats("text_projection", [1, 1], 0)]));

        Assert.Contains("ResNet", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_clip_says_what_it_lacks()
    {
        var error = Assert.Throws<ModelException>(() => Plan([TinyCheckpoint.Floats("weight", [1], 0)]));

        Assert.Contains("holds no CLIP: 'clip.visual.conv1.weight' is missing", error.Message, StringComparison.Ordinal);
    }
}
