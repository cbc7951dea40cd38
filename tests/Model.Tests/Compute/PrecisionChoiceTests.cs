using TcMgc.Model.Compute;
using TcMgc.Model.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TcMgc.Model.Tests.Compute;

public sealed class PrecisionChoiceTests
{
    private static readonly PrecisionChoice s_fast = new(Precision.BFloat16, "fast here");

    public PrecisionChoiceTests() => LibTorch.Load();

    [Fact]
    public void Auto_takes_the_fast_precision_where_vectors_keep_their_direction()
    {
        var (encoder, choice) = PrecisionChoice.Fastest(s_fast, Encoder, encoder => encoder.weight);
        using var _ = encoder;

        Assert.Equal(Precision.BFloat16, choice.Precision);
        Assert.Equal(ScalarType.BFloat16, encoder.weight.dtype);
        Assert.StartsWith("fast here; cosine with float32 1.0000", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_stays_with_32_bits_where_vectors_turn()
    {
        // What is left of the weights after 1 is taken away lies below the eight bits of bfloat16.
        var (encoder, choice) = PrecisionChoice.Fastest(s_fast, Encoder, encoder => encoder.weight - ones_like(encoder.weight));
        using var _ = encoder;

        Assert.Equal(Precision.Float32, choice.Precision);
        Assert.Equal(ScalarType.Float32, encoder.weight.dtype);
        Assert.Equal("cosine of BFloat16 with float32 is 0.0000, below 0.995", choice.Reason);
    }

    [Fact]
    public void Nothing_trains_in_float16()
    {
        var error = Assert.Throws<ModelException>(() => PrecisionChoice.ForTraining(new() { Precision = Precision.Float16 }));

        Assert.Contains("use --precision bfloat16 or float32", error.Message, StringComparison.Ordinal);
    }

    private static Linear Encoder()
    {
        var encoder = Layers.Float32.Linear(4, 2);
        encoder.weight.Set([1.001f, 1.0005f, 1, 1.001f, 1, 1.001f, 1.0005f, 1]);
        return encoder;
    }
}
