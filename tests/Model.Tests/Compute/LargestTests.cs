using TcMgc.Model.Compute;
using TcMgc.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Tests.Compute;

public sealed class LargestTests
{
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 1, 100, 32, 16 },
        { 3, 7, 32, 32 },
        { 2, 9, 5, 2 },
        { 5, 13, 77, 40 },
        { 1, 2, 4, 3 },
        { 2, 5, 1, 1 },
        { 1, 20, 300, 10 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_largest_values_of_each_row_are_those_that_libtorch_finds(int a, int b, int n, int k)
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var two = 2f.ToScalar();
        // rows apart in memory, values that repeat
        var x = (randn([a, n, b], generator: generator) * two).round().transpose(1, 2);

        var largest = Largest.Of(x, k);

        Assert.Equal([a, b, k], largest.shape);
        Assert.Equal(x.topk(k, -1).values.Floats(), largest.Floats());
    }
}
