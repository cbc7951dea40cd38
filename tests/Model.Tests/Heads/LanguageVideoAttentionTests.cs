using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Tests.Heads;

public sealed class LanguageVideoAttentionTests : IDisposable
{
    private const int Texts = 2, Words = 5, Videos = 3, Frames = 4, Width = 32;

    private readonly IDisposable _scope, _inference;
    private readonly Tensor _queries, _frames, _mask, _others, _directions;

    public LanguageVideoAttentionTests()
    {
        LibTorch.Load();
        (_scope, _inference) = (NewDisposeScope(), inference_mode());
        using var generator = new Generator(1);
        (_queries, _frames) = (Random(generator, Texts, Words, Width), Random(generator, Videos, Frames, Width));
        _mask = tensor(new float[] { 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0 }, [Videos, Frames]);
        _others = Random(generator, Texts, 3, Width);
        _directions = nn.functional.normalize(_others, dim: -1);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(4, true)]
    [InlineData(4, false)]
    public void Sums_of_a_videos_vectors_are_as_similar_as_the_vectors_computed_whole(int heads, bool masked)
    {
        using var dropsNothing = new TcMgc.Model.Compute.Dropout(0, CPU);

        var module = Attention(Layers.Float32, heads, masked);
        var (sums, attention) = module.Attend(_queries, _others, _frames, _mask);
        var (known, _) = module.Attend(_queries, _others, _frames, _mask, module.Gram(_frames));
        var (whole, same) = Attention(Layers.Float32 with { Dropout = dropsNothing }, heads, masked)
            .Attend(_queries, _others, _frames, _mask);

        Close(whole.Similarities(.., ..), sums.Similarities(.., ..));
        Close(whole.Similarities(.., ..), known.Similarities(.., ..));
        Close(whole.Similarities(1..4, 1..), sums.Similarities(1..4, 1..));
        Close(attention, same);
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 1e-2f)]
    [InlineData(ScalarType.Float16, 1e-3f)]
    public void Products_in_half_precision_move_similarities_by_no_more_than_its_rounding(ScalarType half, float bound)
    {
        var (exact, _) = Attention(Layers.Float32, 1, true).Attend(_queries, _directions, _frames, _mask);
        var (rounded, _) = Attention(Layers.Float32 with { Products = half }, 1, true)
            .Attend(_queries, _directions, _frames, _mask);

        var moved = (exact.Similarities(.., ..) - rounded.Similarities(.., ..)).abs().max().item<float>();
        Assert.InRange(moved, 1e-6f, bound);
    }

    public void Dispose()
    {
        _inference.Dispose();
        _scope.Dispose();
    }

    private static LanguageVideoAttention Attention(Layers layers, int heads, bool masked)
    {
        var module = new LanguageVideoAttention(layers, Config(heads, masked));
        using var weights = new Generator(2);
        foreach (var (_, parameter) in module.named_parameters())
            parameter.copy_(randn(parameter.shape, generator: weights));
        return module;
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
