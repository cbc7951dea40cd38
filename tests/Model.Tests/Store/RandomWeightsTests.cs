using TcMgc.Model.Store;

namespace TcMgc.Model.Tests.Store;

public sealed class RandomWeightsTests
{
    private static readonly ModelConfig s_config = new()
    {
        Clip = new(64, new(32, 16, 128, 3), new(8, 514, 64, 2)),
        Head = "tcmgc",
        Words = 8,
        Frames = 4,
        FramePositions = 8,
    };

    private static float[] Values(string name, int seed = 1) =>
        RandomWeights.Values(ParameterSpec.Of(s_config).Single(p => p.Name == name), s_config, seed);

    private static double Deviation(string name) => Math.Sqrt(Values(name).Average(x => (double)x * x));

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_gives_others()
    {
        Assert.Equal(Values("clip.visual.conv1.weight"), Values("clip.visual.conv1.weight"));
        Assert.NotEqual(Values("clip.visual.conv1.weight"), Values("clip.visual.conv1.weight", seed: 2));
    }

    [Fact]
    public void Parameters_of_one_shape_differ() =>
        Assert.NotEqual(
            Values("clip.transformer.resblocks.0.mlp.c_fc.weight"), Values("clip.transformer.resblocks.1.mlp.c_fc.weight"));

    [Theory]
    [InlineData("clip.token_embedding.weight", 0.02)]
    [InlineData("clip.visual.transformer.resblocks.0.attn.in_proj_weight", 0.08838834764)]      // 1 / √128
    [InlineData("clip.visual.transformer.resblocks.0.attn.out_proj.weight", 0.03608439182)]     // 1 / √(128 · 2 · 3)
    [InlineData("clip.transformer.resblocks.0.mlp.c_fc.weight", 0.08838834764)]                 // 1 / √(2 · 64)
    [InlineData("clip.text_projection", 0.125)]                                                  // 1 / √64
    public void Deviations_are_those_of_clip(string name, double expected) =>
    Assert.Equal(expected, Deviation(name), expected * 0.05);

    [Theory]
    [InlineData("global_mat_weight")]
    [InlineData("attentive_word_mat_weight2")]
    [InlineData("conditional_transformer.pool_frames.linear_proj.weight")]
    public void Similarity_matrices_are_the_identity(string name)
    {
        var values = Values(name);
        var side = (int)Math.Sqrt(values.Length);

        Assert.All(values.Index(), x => Assert.Equal(x.Index % (side + 1) == 0 ? 1f : 0f, x.Item));
    }

    [Fact]
    public void Norms_are_one_biases_nought_and_the_logit_scale_that_of_clip()
    {
        Assert.All(Values("clip.visual.ln_pre.weight"), x => Assert.Equal(1f, x));
        Assert.All(Values("transformerClip.resblocks.0.attn.in_proj_bias"), x => Assert.Equal(0f, x));
        Assert.Equal(2.6592f, Assert.Single(Values("clip.logit_scale")), 1e-4f);
    }
}
