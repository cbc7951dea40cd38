using System.Numerics.Tensors;
using TcMgc.Model.Engine;
using TcMgc.Model.Graphs;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;
using Tensor = TcMgc.Model.Graphs.Tensor;

namespace TcMgc.Model.Training;

/// <summary>What a step of training gave.</summary>
/// <param name="Loss">InfoNCE and the weighted SDR, averaged over the step's batches.</param>
/// <param name="InfoNce">Symmetric InfoNCE.</param>
/// <param name="Sdr">Similarity decorrelation; null for heads with one contrast.</param>
/// <param name="GradientNorm">Norm of all gradients together, before clipping.</param>
public sealed record TrainingStep(double Loss, double InfoNce, double? Sdr, double GradientNorm);

/// <summary>
/// The weights of a model on their way: each step runs forward and backward pass in one graph call and moves the weights,
/// which lie in the engine's own input buffers, by Adam. A step depends on nothing but the weights, the moments and its number.
/// </summary>
internal sealed class Trainer : IDisposable
{
    /// <summary>CLIP's bound on the logit scale, ln 100.</summary>
    private static readonly float s_largestLogitScale = MathF.Log(100);

    private readonly ModelConfig _config;
    private readonly TrainingOptions _options;
    private readonly Session _session;
    private readonly Binding _binding;
    private readonly Trained[] _trained;
    private readonly IReadOnlyDictionary<string, TensorSource> _frozen;
    private readonly IReadOnlyList<Tensor> _masks;

    private sealed record Trained(string Name, int[] Shape, Adam Adam, float[]? Sum)
    {
        public bool IsClip { get; } = Name.StartsWith("clip.", StringComparison.Ordinal);
        public bool Decays { get; } = Shape.Length > 1;
        public string Gradient { get; } = TrainingGraph.GradientPrefix + Name;
    }

    /// <summary>Prepares the graph.</summary>
    /// <param name="config">Sizes and head.</param>
    /// <param name="options">How to train.</param>
    /// <param name="initial">Every parameter of the configuration.</param>
    /// <param name="engine">Where to run.</param>
    public Trainer(ModelConfig config, TrainingOptions options, IEnumerable<TensorSource> initial, EngineOptions engine)
    {
        options.Validate();
        (_config, _options) = (config, options);
        var graph = TrainingGraph.Build(config, options);
        _session = Session.Create(graph, null, engine);
        _binding = _session.Bind();
        _masks = [.. graph.DropoutMasks.Where(graph.Inputs.Contains)];
        var sources = initial.ToDictionary(source => source.Name);
        var trained = new List<Trained>();
        foreach (var parameter in graph.Parameters.Where(graph.Inputs.Contains))
        {
            var source = sources[parameter.Name];
            source.ReadFloats().CopyTo(_binding.Input<float>(parameter.Name, [.. source.Shape.Select(size => (long)size)]));
            if (!graph.Outputs.ContainsKey(TrainingGraph.GradientPrefix + parameter.Name))
                continue;
            var count = checked((int)source.Count);
            trained.Add(new(parameter.Name, [.. source.Shape], new(count, options), options.Accumulate > 1 ? new float[count] : null));
            sources.Remove(parameter.Name);
        }
        (_trained, _frozen) = ([.. trained], sources);
    }

    /// <summary>Weights that are trained.</summary>
    public long TrainedCount => _trained.Sum(t => (long)t.Adam.Mean.Length);

    /// <summary>One step over <see cref="TrainingOptions.Accumulate"/> batches.</summary>
    /// <param name="source">The pairs.</param>
    /// <param name="batches">Indices of the pairs of each batch.</param>
    /// <param name="step">Number of the step, from 0.</param>
    /// <param name="steps">All steps of the run, for the schedule.</param>
    /// <param name="cancel">Stops before the weights are touched.</param>
    public TrainingStep Step(PairSource source, IReadOnlyList<int[]> batches, long step, long steps, CancellationToken cancel)
    {
        var random = new Random(Seed.Of(_options.Seed, step));
        double loss = 0, infoNce = 0, sdr = 0;
        foreach (var trained in _trained)
            trained.Sum?.AsSpan().Clear();
        foreach (var batch in batches)
        {
            source.Fill(_binding, batch, _options, random);
            DrawMasks(random);
            _binding.Run(cancel);
            loss += _binding.Output<float>(TrainingGraph.Loss)[0] / batches.Count;
            infoNce += _binding.Output<float>(TrainingGraph.InfoNce)[0] / batches.Count;
            sdr += HasSdr ? _binding.Output<float>(TrainingGraph.Sdr)[0] / batches.Count : 0;
            foreach (var trained in _trained)
                if (trained.Sum is { } sum)
                    TensorPrimitives.Add(sum, _binding.Output<float>(trained.Gradient), sum);
        }
        if (!double.IsFinite(loss))
            throw new ModelException($"the loss is {loss} at step {step + 1}: training has diverged; lower the learning rate (--lr, --clip-lr)");
        var norm = Math.Sqrt(_trained.Sum(t => (double)TensorPrimitives.SumOfSquares(Gradient(t)))) / batches.Count;
        Move(step, LearningRate.Factor(step, steps, _options.Warmup), norm, batches.Count);
        return new(loss, infoNce, HasSdr ? sdr : null, norm);
    }

    /// <summary>Every parameter of the model as it is now, under its own name.</summary>
    public IEnumerable<TensorSource> Weights() =>
        [.. _trained.Select(t => TensorSource.Floats(t.Name, t.Shape, () => Weight(t))), .. _frozen.Values];

    /// <summary>Adam's moments, for a checkpoint.</summary>
    public IEnumerable<TensorSource> Moments() => _trained.SelectMany(t => new[]
    {
        TensorSource.Floats(MeanPrefix + t.Name, t.Shape, () => t.Adam.Mean), TensorSource.Floats(SquarePrefix + t.Name, t.Shape, () => t.Adam.Square),
    });

    /// <summary>Takes weights and moments from a checkpoint.</summary>
    public void Restore(WeightFile weights, WeightFile moments)
    {
        foreach (var trained in _trained)
        {
            weights.ReadFloats(trained.Name).CopyTo(Weight(trained));
            moments.ReadFloats(MeanPrefix + trained.Name).CopyTo(trained.Adam.Mean, 0);
            moments.ReadFloats(SquarePrefix + trained.Name).CopyTo(trained.Adam.Square, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _session.Dispose();
    }

    private const string MeanPrefix = "mean.", SquarePrefix = "square.";

    private bool HasSdr => _binding.HasOutput(TrainingGraph.Sdr);

    private Span<float> Weight(Trained trained) => _binding.Input<float>(trained.Name, Array.ConvertAll(trained.Shape, size => (long)size));

    private ReadOnlySpan<float> Gradient(Trained trained) => trained.Sum is { } sum ? sum : _binding.Output<float>(trained.Gradient);

    private void Move(long step, double factor, double norm, int batches)
    {
        var scale = (float)((_options.GradientNorm > 0 && norm > _options.GradientNorm ? _options.GradientNorm / norm : 1) / batches);
        foreach (var trained in _trained)
        {
            var rate = (float)(factor * (trained.IsClip ? _options.ClipLearningRate : _options.LearningRate));
            trained.Adam.Update(Weight(trained), Gradient(trained), scale, rate, trained.Decays ? (float)_options.WeightDecay : 0, step + 1);
            if (trained.Name == "clip.logit_scale")
                Weight(trained)[0] = MathF.Min(Weight(trained)[0], s_largestLogitScale);
        }
    }

    private void DrawMasks(Random random)
    {
        var keep = Math.Sqrt(1 - _options.Dropout);
        foreach (var mask in _masks)
            foreach (ref var factor in _binding.Input<float>(mask.Name, [.. mask.Shape.Select(size => size.Factor)]))
                factor = random.NextDouble() < keep ? (float)(1 / keep) : 0;
    }
}
