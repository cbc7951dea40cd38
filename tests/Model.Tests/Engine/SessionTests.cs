using TcMgc.Model.Engine;
using TcMgc.Model.Graphs;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Engine;

public sealed class SessionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reshapes_with_two_unknown_dimensions_follow_the_inputs()
    {
        var g = new Graph();
        var x = g.Input("x", ElementType.Float32, "T", 2);
        var y = g.Input("y", ElementType.Float32, "V", 2);
        var flat = g.Reshape(g.MatMul(x, g.TransposeLast(y)), (Dim)"T" * "V");
        g.Output("z", g.Reshape(g.Expand(g.Unsqueeze(flat, 1), (Dim)"T" * "V", 3), "T", "V", 3));
        using var session = Session.Create(g, null, new());
        using var binding = session.Bind();

        binding.Input<float>("x", 2, 2).Fill(1);
        binding.Input<float>("y", 3, 2).Fill(2);
        binding.Run();

        Assert.Equal([2L, 3, 3], binding.OutputShape("z"));
        Assert.All(binding.Output<float>("z").ToArray(), v => Assert.Equal(4, v));
    }

    [Fact]
    public void A_binding_serves_batches_of_growing_and_shrinking_size()
    {
        var g = new Graph();
        g.Output("doubled", g.Input("x", ElementType.Float32, "B", 3) * 2f);
        using var session = Session.Create(g, null, new());
        using var binding = session.Bind();

        foreach (var batch in new[] { 1, 5, 2, 5 })
        {
            var input = binding.Input<float>("x", batch, 3);
            for (var i = 0; i < input.Length; i++)
                input[i] = batch + i;
            binding.Run();

            Assert.Equal(Enumerable.Range(0, batch * 3).Select(i => 2f * (batch + i)), binding.Output<float>("doubled").ToArray());
        }
    }

    [Fact]
    public void Weights_of_half_precision_are_read_from_their_file()
    {
        var path = Path.Combine(_folder, "weights.safetensors");
        SafetensorsWriter.Write(path, [new("w", ElementType.Float16, [2], s => s.Write([0, 0x3C, 0, 0x40]))]);
        using var weights = WeightFile.Open(path);
        var g = new Graph();
        g.Output("y", g.Input("x", ElementType.Float32, 2) * g.Parameter("w", 2));
        using var session = Session.Create(g, weights, new());
        using var binding = session.Bind();

        binding.Input<float>("x", 2).Fill(10);
        binding.Run();

        Assert.Equal([10f, 20f], binding.Output<float>("y").ToArray());
    }

    [Fact]
    public void A_missing_weight_and_one_of_another_shape_are_named()
    {
        var path = Path.Combine(_folder, "weights.safetensors");
        SafetensorsWriter.Write(path, [new("w", ElementType.Float32, [2], s => s.Write(new byte[8]))]);
        using var weights = WeightFile.Open(path);

        Assert.Contains("'v'", Refused("v", 2), StringComparison.Ordinal);
        Assert.Contains("[2]", Refused("w", 3), StringComparison.Ordinal);

        string Refused(string name, int size)
        {
            var g = new Graph();
            g.Output("y", g.Parameter(name, size) * 2f);
            return Assert.Throws<ModelException>(() => Session.Create(g, weights, new())).Message;
        }
    }

    [Fact]
    public void An_input_of_the_wrong_shape_or_type_is_refused()
    {
        var g = new Graph();
        g.Output("y", g.Input("x", ElementType.Float32, "B", 3) * 2f);
        using var session = Session.Create(g, null, new());
        using var binding = session.Bind();

        Assert.Throws<ArgumentException>(() => binding.Input<float>("x", 2, 4).Length);
        Assert.Throws<ArgumentException>(() => binding.Input<long>("x", 2, 3).Length);
        Assert.Throws<ArgumentException>(() => binding.Input<float>("z", 2, 3).Length);
        Assert.Throws<InvalidOperationException>(() => binding.Run());
    }

    [Fact]
    public void A_GPU_that_is_not_there_is_refused_with_what_to_do()
    {
        var g = new Graph();
        g.Output("y", g.Input("x", ElementType.Float32, 2) * 2f);

        var error = Assert.Throws<ModelException>(() => Session.Create(g, null, new() { Device = Device.Cuda, DeviceId = 99 }));

        Assert.Contains("--device cpu", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_run_that_was_cancelled_before_it_began_is_stopped()
    {
        var g = new Graph();
        g.Output("y", g.Input("x", ElementType.Float32, 2) * 2f);
        using var session = Session.Create(g, null, new());
        using var binding = session.Bind();
        binding.Input<float>("x", 2).Fill(1);

        Assert.Throws<OperationCanceledException>(() => binding.Run(new CancellationToken(canceled: true)));
    }
}
