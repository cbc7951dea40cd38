using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TcMgc.Model.Training;

/// <summary>What a step of training gave.</summary>
/// <param name="Loss">InfoNCE and the weighted SDR, averaged over the step's batches.</param>
/// <param name="InfoNce">Symmetric InfoNCE.</param>
/// <param name="Sdr">Similarity decorrelation; null for heads with one contrast.</param>
/// <param name="GradientNorm">Norm of all gradients together, before clipping.</param>
public sealed record TrainingStep(double Loss, double InfoNce, double? Sdr, double GradientNorm);

/// <summary>
/// The weights of a model on their way: AdamW moves them by the gradients of the papers' losses. A step depends on nothing but the
/// weights, the moments and its number.
/// </summary>
internal sealed class Trainer : IDisposable
{
    private const double Epsilon = 1e-6;
    private const string MeanPrefix = "mean.", SquarePrefix = "square.";

    /// <summary>CLIP's bound on the logit scale, ln 100.</summary>
    private static readonly double s_largestLogitScale = Math.Log(100);

    private readonly TrainingOptions _options;
    private readonly TrainedNetwork _network;
    private readonly (string Name, Parameter Parameter)[] _trained;
    private readonly AdamW _optimizer;
    private readonly Dictionary<string, TensorSource> _frozen;

    /// <summary>Prepares the weights.</summary>
    /// <param name="config">Sizes and head.</param>
    /// <param name="options">How to train.</param>
    /// <param name="initial">Every parameter of the configuration.</param>
    /// <param name="compute">Where to run.</param>
    public Trainer(ModelConfig config, TrainingOptions options, IEnumerable<TensorSource> initial, ComputeOptions compute)
    {
        config.Validate();
        options.Validate();
        _options = options;
        _frozen = initial.ToDictionary(source => source.Name);
        _network = new(config, options, Backend.Prepare(compute), _frozen);
        _trained = [.. _network.Parameters];
        foreach (var (name, _) in _trained)
            _frozen.Remove(name);
        _optimizer = new([.. _trained.GroupBy(p => (IsClip: IsClip(p.Name), Decays: p.Parameter.shape.Length > 1)).Select(group => new AdamW.ParamGroup
        {
            Parameters = [.. group.Select(p => p.Parameter)],
            Options = new()
            {
                LearningRate = group.Key.IsClip ? options.ClipLearningRate : options.LearningRate,
                weight_decay = group.Key.Decays ? options.WeightDecay : 0,
            },
        })], beta1: options.Beta1, beta2: options.Beta2, eps: Epsilon);
    }

    /// <summary>Weights that are trained.</summary>
    public long TrainedCount => _trained.Sum(p => p.Parameter.numel());

    /// <summary>One step over <see cref="TrainingOptions.Accumulate"/> batches.</summary>
    /// <param name="source">The pairs.</param>
    /// <param name="batches">Indices of the pairs of each batch.</param>
    /// <param name="step">Number of the step, from 0.</param>
    /// <param name="steps">All steps of the run, for the schedule.</param>
    /// <param name="cancel">Stops before the weights are touched.</param>
    public TrainingStep Step(PairSource source, IReadOnlyList<int[]> batches, long step, long steps, CancellationToken cancel)
    {
        var random = new Random(Seed.Of(_options.Seed, step));
        manual_seed(random.Next());                                                              // of dropout
        double loss = 0, infoNce = 0, sdr = 0;
        bool? hasSdr = null;
        _optimizer.zero_grad();
        foreach (var batch in batches)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (total, nce, decorrelation) = Losses(_network.Score(source.Batch(batch, _options, random)));
            (total / batches.Count).backward();
            _network.CollectGradients();
            loss += total.item<float>() / batches.Count;
            infoNce += nce.item<float>() / batches.Count;
            sdr += (decorrelation?.item<float>() ?? 0) / batches.Count;
            hasSdr = decorrelation is not null;
        }
        if (!double.IsFinite(loss))
            throw new ModelException($"the loss is {loss} at step {step + 1}: training has diverged; lower the learning rate (--lr, --clip-lr)");
        var norm = nn.utils.clip_grad_norm_(_trained.Select(p => p.Parameter), _options.GradientNorm > 0 ? _options.GradientNorm : float.MaxValue);
        Move(LearningRate.Factor(step, steps, _options.Warmup));
        return new(loss, infoNce, hasSdr == true ? sdr : null, norm);
    }

    /// <summary>Every parameter of the model as it is now, under its own name.</summary>
    public IEnumerable<TensorSource> Weights() => [.. _trained.Select(p => Source(p.Name, p.Parameter)), .. _frozen.Values];

    /// <summary>AdamW's moments, for a checkpoint.</summary>
    public IEnumerable<TensorSource> Moments() => States().SelectMany(state => new[]
    {
        Source(MeanPrefix + state.Name, state.State.exp_avg), Source(SquarePrefix + state.Name, state.State.exp_avg_sq),
    });

    /// <summary>Takes weights and moments from a checkpoint of a step.</summary>
    public void Restore(WeightFile weights, WeightFile moments, long step)
    {
        foreach (var (name, parameter) in _trained)
            parameter.Set(weights.ReadFloats(name));
        foreach (var (name, state) in States())
        {
            state.step = step;
            state.exp_avg.Set(moments.ReadFloats(MeanPrefix + name));
            state.exp_avg_sq.Set(moments.ReadFloats(SquarePrefix + name));
        }
        _network.Refresh();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
    }

    private static bool IsClip(string name) => name.StartsWith("clip.", StringComparison.Ordinal);

    private (Tensor Loss, Tensor InfoNce, Tensor? Sdr) Losses(PairScores scores)
    {
        var infoNce = Training.Losses.InfoNce(scores.Logits);
        if (scores.Contrasts is null || _options.SdrWeight == 0)
            return (infoNce, infoNce, null);
        var sdr = Training.Losses.SimilarityDecorrelation(scores.Contrasts);
        return (infoNce + (sdr * _options.SdrWeight), infoNce, sdr);
    }

    private void Move(double factor)
    {
        using var scope = NewDisposeScope();
        foreach (var group in _optimizer.ParamGroups)
            group.LearningRate = factor * group.InitialLearningRate;
        _optimizer.step();
        using (no_grad())
            _trained.Single(p => p.Name == "clip.logit_scale").Parameter.clamp_(max: s_largestLogitScale);
        _network.Refresh();
    }

    /// <summary>The moments of each parameter: the optimizer numbers parameters in the order of its groups.</summary>
    private IEnumerable<(string Name, AdamW.State State)> States()
    {
        var names = _trained.ToDictionary(p => p.Parameter.Handle, p => p.Name);
        return _optimizer.parameters().Select(parameter => names[parameter.Handle]).Zip(_optimizer.state_dict().State.Cast<AdamW.State>());
    }

    private static TensorSource Source(string name, Tensor tensor) => TensorSource.Floats(name, [.. tensor.shape.Select(size => (int)size)], () => tensor.Floats());
}
