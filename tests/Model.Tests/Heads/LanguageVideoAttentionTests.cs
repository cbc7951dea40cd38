using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Tests.Heads;

public sealed class LanguageVideoAttentionTests
{
    private const int Texts = 2, Words = 5, Videos = 3, Frames = 4, Width = 32;

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(4, true)]
    [InlineData(4, false)]
    public void Sums_of_a_videos_vectors_are_as_similar_as_the_vectors_computed_whole(int heads, bool masked)
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var generator = new Generator(1);
        using var dropsNothing = new TcMgc.Model.Compute.Dropout(0, CPU);
        Tensor queries = Random(generator, Texts, Words, Width), frames = Random(generator, Videos, Frames, Width);
        var mask = tensor(new float[] { 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0 }, [Videos, Frames]);
        var others = Random(generator, Texts, 3, Width);

        var (sums, attention) = Attention(Layers.Float32).Attend(queries, frames, mask);
        var (whole, same) = Attention(Layers.Float32 with { Dropout = dropsNothing }).Attend(queries, frames, mask);

        Close(whole.Similarities(others), sums.Similarities(others));
        Close(whole.Narrow(1, 3).Similarities(others), sums.Narrow(1, 3).Similarities(others));
        Close(attention, same);

        LanguageVideoAttention Attention(Layers layers)
        {
            var module = new LanguageVideoAttention(layers, Config(heads, masked));
            using var weights = new Generator(2);
            foreach (var (_, parameter) in module.named_parameters())
                parameter.copy_(randn(parameter.shape, generator: weights));
            return module;
        }
    }

    private static ModelConfig Config(int heads, bool masked) => new()
    {
        Clip = new(Width, new(32, 16, 64, 1), new(24, 514, 64, 1)),
        Head = "tcmgc",
        AttentionHeads = heads,
        MaskedAttention = masked,
    };

    private static Tensor Random(Generator generator, params long[] shape) => randn(shape, generator: generator);

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-4f);
    }
}
