using TcMgc.Model.Clip;
using TcMgc.Model.Compute;
using TcMgc.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Tests.Clip;

public sealed class SelfAttentionTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Attention_that_keeps_gradients_in_half_precision_yields_what_attention_without_them_does(bool causal, bool masked)
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var down = (-0.5f).ToScalar();
        using var attention = new SelfAttention(Layers.Float32, 128, 2, causal);
        foreach (var parameter in attention.parameters())
            parameter.Set(rand(parameter.shape, generator: generator).Plus(down).Floats());
        attention.to(ScalarType.BFloat16);
        var x = rand([3, 5, 128], generator: generator).to_type(ScalarType.BFloat16);
        var mask = masked ? Transformer.AdditiveMask(ones(3, 5).triu(-1)).to_type(ScalarType.BFloat16) : null;
        using var unkept = no_grad();
        var fused = attention.call(x, mask);
        using var kept = enable_grad();

        var own = attention.call(x, mask);

        Assert.True(own.requires_grad);
        var largest = fused.Floats().Max(Math.Abs);
        Assert.All(fused.Floats().Zip(own.Floats()), y => Assert.Equal(y.First, y.Second, 0.02f * largest));
    }
}
