using TcMgc.Model.Engine;
using TcMgc.Model.Graphs;
using TcMgc.Model.Training;

namespace TcMgc.Model.Tests.Graphs;

/// <summary>Every operator's derivative against central differences of the graph itself.</summary>
public sealed class GradientTests
{
    private const int Rows = 3, Columns = 4;
    private const float Step = 1e-2f;

    private static readonly Dictionary<string, Func<Graph, Tensor, Tensor, Tensor>> s_operators = new()
    {
        ["add, broadcasting"] = (g, x, y) => x + g.Slice(y, 0, 0, 1),
        ["subtract, broadcasting"] = (g, x, y) => g.Slice(y, 1, 0, 1) - x,
        ["multiply"] = (g, x, y) => x * y,
        ["multiply by itself"] = (g, x, y) => x * x,
        ["divide"] = (g, x, y) => x / ((y * y) + 1f),
        ["negate"] = (g, x, y) => -x * y,
        ["exp"] = (g, x, y) => g.Exp(x) * y,
        ["log"] = (g, x, y) => g.Log((x * x) + 1f) * y,
        ["sqrt"] = (g, x, y) => g.Sqrt((x * x) + 1f) * y,
        ["sigmoid"] = (g, x, y) => g.Sigmoid(x) * y,
        ["tanh"] = (g, x, y) => g.Tanh(x) * y,
        ["relu"] = (g, x, y) => g.Relu(x * 3f) * y,
        ["relu6"] = (g, x, y) => g.Relu6(x * 9f) * y,
        ["quick gelu"] = (g, x, y) => g.QuickGelu(x) * y,
        ["matrix product"] = (g, x, y) => g.MatMul(x, g.TransposeLast(y)),
        ["matrix product with a shared weight"] = (g, x, y) => g.MatMul(g.Reshape(x * y, 1, Rows, Columns), g.Transpose(y, 1, 0)),
        ["matrix product, broadcasting"] = (g, x, y) => g.MatMul(g.Reshape(x, Rows, 1, 1, Columns), g.Reshape(y, 1, Rows, Columns, 1)),
        ["transpose"] = (g, x, y) => g.Transpose(x, 1, 0) * g.Transpose(y, 1, 0),
        ["reshape"] = (g, x, y) => g.Reshape(x, 2, 6) * g.Reshape(y, 2, 6),
        ["expand"] = (g, x, y) => g.Expand(g.Reshape(x, Rows, 1, Columns), Rows, 2, Columns) * g.Reshape(g.Concat(0, y, y), Rows, 2, Columns),
        ["concat"] = (g, x, y) => g.Concat(1, x * y, y, x),
        ["slice"] = (g, x, y) => g.Slice(x, 1, 1, 3) * g.Slice(y, 1, 0, 2),
        ["split"] = (g, x, y) => g.Split(x, 1, 2)[1] * g.Split(y, 1, 2)[0],
        ["gather"] = (g, x, y) => g.Gather(x, g.Constant([2L, 0, 2, 2], 4)) * g.Gather(y, g.Constant([0L, 1, 2, 0], 4)),
        ["top"] = (g, x, y) => g.Top(x, 2) * g.Slice(y, 1, 0, 2),
        ["sum"] = (g, x, y) => g.Sum(x * y, 0),
        ["mean"] = (g, x, y) => g.Mean(x * y, 1, keep: true) * x,
        ["softmax"] = (g, x, y) => g.Softmax(x) * y,
        ["softmax over the first axis"] = (g, x, y) => g.Softmax(x, 0) * y,
        ["log softmax"] = (g, x, y) => g.LogSoftmax(x) * y,
        ["layer norm"] = (g, x, y) => g.LayerNorm(x, g.Select(y, 0, 0), g.Select(y, 0, 1)) * y,
        ["unit"] = (g, x, y) => g.Unit(x) * y,
        ["symmetric InfoNCE"] = (g, x, y) => Losses.InfoNce(g, g.MatMul(x, g.TransposeLast(y))),
        ["symmetric InfoNCE of two captions a video"] = (g, x, y) => Losses.InfoNce(g, g.Concat(0, g.MatMul(x, g.TransposeLast(y)), g.MatMul(y, g.TransposeLast(x)))),
        ["similarity decorrelation"] = (g, x, y) => Losses.SimilarityDecorrelation(g, g.Stack(g.MatMul(x, g.TransposeLast(y)), g.MatMul(y, g.TransposeLast(x)))),
    };

    public static TheoryData<string> Operators => [.. s_operators.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void The_derivative_agrees_with_central_differences(string name)
    {
        var (g, x, y) = (new Graph(), default(Tensor), default(Tensor));
        x = g.Input("x", ElementType.Float32, Rows, Columns);
        y = g.Input("y", ElementType.Float32, Rows, Columns);
        var z = s_operators[name](g, x, y);
        var weights = g.Constant(Values(17, (int)z.Shape.Count.Factor), z.Shape);
        var loss = g.Sum(z * weights, [.. Enumerable.Range(0, z.Shape.Rank)]);
        var gradients = Gradients.Of(g, loss, [x, y]);
        g.Output("loss", loss);
        g.Output("dx", gradients[0] ?? g.Constant(0f));
        g.Output("dy", gradients[1] ?? g.Constant(0f));
        using var session = Session.Create(g, null, new() { Threads = 1 });
        using var binding = session.Bind();
        float[][] inputs = [Values(3, Rows * Columns), Values(5, Rows * Columns)];

        Run();
        float[][] ours = [binding.Output<float>("dx").ToArray(), binding.Output<float>("dy").ToArray()];

        for (var input = 0; input < 2; input++)
            for (var i = 0; i < ours[input].Length && ours[input].Length > 1; i++)
            {
                var kept = inputs[input][i];
                inputs[input][i] = kept + Step;
                var above = Run();
                inputs[input][i] = kept - Step;
                var below = Run();
                inputs[input][i] = kept;
                var expected = (above - below) / (2 * Step);
                Assert.True(Math.Abs(ours[input][i] - expected) <= 2e-3 + (1e-2 * Math.Abs(expected)),
                    $"d loss / d {"xy"[input]}[{i}] is {ours[input][i]}, by differences {expected}");
            }

        float Run()
        {
            inputs[0].CopyTo(binding.Input<float>("x", Rows, Columns));
            if (binding.HasInput("y"))
                inputs[1].CopyTo(binding.Input<float>("y", Rows, Columns));
            binding.Run();
            return binding.Output<float>("loss")[0];
        }
    }

    [Fact]
    public void A_tensor_the_loss_does_not_depend_on_has_no_gradient()
    {
        var g = new Graph();
        var (x, y) = (g.Input("x", ElementType.Float32, 2), g.Input("y", ElementType.Float32, 2));

        Assert.Null(Gradients.Of(g, g.Sum(x * x, 0), [y])[0]);
    }

    [Fact]
    public void An_operator_without_a_derivative_is_named()
    {
        var g = new Graph();
        var x = g.Input("x", ElementType.Float32, 2);

        var error = Assert.Throws<GraphException>(() => Gradients.Of(g, g.Max(x, 0), [x]));

        Assert.Contains("ReduceMax", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Values between −1 and 1, none near another, so that no sort or threshold flips within a step.</summary>
    private static float[] Values(int seed, int count)
    {
        var values = Enumerable.Range(0, count).Select(i => (2f * (i + 0.5f) / count) - 1f + (0.013f * seed / 17)).ToArray();
        new Random(seed).Shuffle(values);
        return values;
    }
}
