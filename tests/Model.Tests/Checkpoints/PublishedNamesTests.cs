using TcMgc.Model.Checkpoints;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Checkpoints;

public sealed class PublishedNamesTests
{
    private static string[] Mapped(params string[] names) =>
        [.. PublishedNames.Map(
            "test", [.. names.Select(n => new TensorSource(n, ElementType.Float32, [], _ => { }))]).Tensors.Select(t => t.Name)];

    [Fact]
    public void OpenAIs_names_go_below_clip_and_its_sizes_are_no_parameters() =>
        Assert.Equal(
            ["clip.visual.conv1.weight", "clip.transformer.resblocks.0.ln_1.bias", "clip.token_embedding.weight",
                "clip.positional_embedding", "clip.logit_scale", "clip.ln_final.weight"],
            Mapped("visual.conv1.weight", "transformer.resblocks.0.ln_1.bias", "token_embedding.weight", "positional_embedding",
                "logit_scale", "ln_final.weight",
                "input_resolution", "context_length", "vocab_size"));

    [Fact]
    public void Names_of_the_papers_code_stay_as_they_are() =>
        Assert.Equal(
            ["clip.visual.conv1.weight", "transformerClip.resblocks.0.ln_1.bias", "global_mat_weight", "logit_weight"],
            Mapped("clip.visual.conv1.weight", "transformerClip.resblocks.0.ln_1.bias", "global_mat_weight", "logit_weight",
                "clip.vocab_size"));

    [Fact]
    public void The_prefix_of_parallel_training_goes_however_often_it_is_there() =>
        Assert.Equal(["clip.logit_scale", "lstm_visual.weight_ih_l0"],
            Mapped("module.clip.logit_scale", "module.module.lstm_visual.weight_ih_l0"));

    [Fact]
    public void Two_tensors_that_come_to_the_same_name_are_refused() =>
        Assert.Contains("two of its tensors are 'clip.logit_scale'",
            Assert.Throws<ModelException>(() => Mapped("clip.logit_scale", "module.clip.logit_scale")).Message,
            StringComparison.Ordinal);
}
