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
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(200)]
    public void Products_with_packed_weights_are_those_with_plain_ones(int rows)
    {
        Tensor x = Random(2, rows, 96), weight = Random(160, 96), bias = Random(160);
        var plain = PackedWeights.Linear(x, weight, bias);

        PackedWeights.Pack([weight]);
        var packed = PackedWeights.Linear(x, weight, bias);

        Assert.Equal([2, rows, 160], packed.shape);
        Assert.Equal([160, 96], weight.shape);
        // The order in which products are added up may be another one.
        Assert.All(plain.Floats().Zip(packed.Floats()), y => Assert.Equal(y.First, y.Second, (Math.Abs(y.First) / 100) + 0.01f));
    }

    [Fact]
    public void Weights_in_32_bits_stay_as_they_are()
    {
        var weight = randn([160, 96], generator: _generator);
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

    private Tensor Random(params long[] shape) => randn(shape, generator: _generator).to_type(ScalarType.BFloat16);
}
