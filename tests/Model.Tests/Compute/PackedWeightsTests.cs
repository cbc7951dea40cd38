using TcMgc.Model.Compute;
using TcMgc.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Tests.Compute;

public sealed class PackedWeightsTests : IDisposable
{
    private readonly IDisposable _scope, _inference;
    private readonly Generator _generator;

    public PackedWeightsTests()
    {
        LibTorch.Load();
        (_scope, _inference, _generator) = (NewDisposeScope(), inference_mode(), new(1));
    }

    [Theory]
    [InlineData(1, ScalarType.BFloat16)]
    [InlineData(32, ScalarType.BFloat16)]
    [InlineData(200, ScalarType.BFloat16)]
    [InlineData(1, ScalarType.Float32)]
    [InlineData(200, ScalarType.Float32)]
    public void Products_with_packed_weights_are_those_with_plain_ones(int rows, ScalarType type)
    {
        Tensor x = Random(type, 2, rows, 96), weight = Random(type, 160, 96), bias = Random(type, 160);
        var plain = PackedWeights.Linear(x, weight, bias);

        PackedWeights.Pack([weight]);
        var packed = PackedWeights.Linear(x, weight, bias);

        Assert.Equal([2, rows, 160], packed.shape);
        Assert.Equal([160, 96], weight.shape);
        // The order in which products are added up may be another one.
        var (part, least) = type == ScalarType.Float32 ? (1e-5f, 1e-5f) : (0.01f, 0.01f);
        Assert.All(plain.Floats().Zip(packed.Floats()), y => Assert.Equal(y.First, y.Second, (Math.Abs(y.First) * part) + least));
    }

    [Fact]
    public void Weights_in_a_precision_that_no_processor_multiplies_with_stay_as_they_are()
    {
        var weight = Random(ScalarType.Float64, 160, 96);
        var before = weight.Floats();

        PackedWeights.Pack([weight]);

        Assert.Equal(before, weight.Floats());
    }

    public void Dispose()
    {
        _generator.Dispose();
        _inference.Dispose();
        _scope.Dispose();
    }

    private Tensor Random(ScalarType type, params long[] shape) => randn(shape, generator: _generator).to_type(type);
}
