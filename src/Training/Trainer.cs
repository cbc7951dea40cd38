using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Encoders;
using TcMgc.Model.Heads;
using TcMgc.Model.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TcMgc.Training;

/// <summary>What a step of training gave.</summary>
/// <param name="Loss">InfoNCE and the weighted SDR, averaged over the step's batches.</param>
/// <param name="InfoNce">Symmetric InfoNCE.</param>
/// <param name="Sdr">Similarity decorrelation; null for heads with one contrast.</param>
/// <param name="GradientNorm">Norm of all gradients together, before clipping.</param>
public sealed record TrainingStep(double Loss, double InfoNce, double? Sdr, double GradientNorm);

/// <summary>
/// The weights of a model on their way: AdamW moves them by the gradients of the papers' losses. A step depends on nothing but
/// the weights, the moments and its number.
/// </summary>
internal sealed class Trainer : IDisposable
{
    private const string MeanPrefix = "mean.", SquarePrefix = "square.";

    /// <summary>CLIP's bound on the logit scale, ln 100.</summary>
    private static readonly Scalar s_largestLogitScale = Math.Log(100).ToScalar();

    private readonly TrainingOptions _options;
    private readonly IDualEncoder _encoders;
    private readonly TrainedNetwork _network;
    private readonly (string Name, Parameter Parameter)[] _trained;
    private readonly AdamW _optimizer;
    private readonly Scalar _share, _sdrWeight;
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
        (_options, _encoders) = (options, config.Encoders);
        _frozen = initial.ToDictionary(source => source.Name);
        _network = new(config, options, Backend.Prepare(compute), _frozen);
        _trained = [.. _network.Parameters];
        foreach (var (name, _) in _trained)
            _frozen.Remove(name);
        _optimizer = new(options, [.. _trained.Select(p => p.Parameter)]);
        _share = (1.0 / options.Accumulate).ToScalar();
        _sdrWeight = options.SdrWeight.ToScalar();
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
        _network.Dropout.Seed(random.Next());
        double loss = 0, infoNce = 0, sdr = 0;
        bool? hasSdr = null;
        foreach (var (_, parameter) in _trained)
            parameter.grad = null;
        foreach (var batch in batches)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (total, nce, decorrelation) = Losses(_network.Score(source.Batch(batch, _options, random)));
            (total * _share).backward();
            _network.CollectGradients();
            loss += total.item<float>() / batches.Count;
            infoNce += nce.item<float>() / batches.Count;
            sdr += (decorrelation?.item<float>() ?? 0) / batches.Count;
            hasSdr = decorrelation is not null;
        }
        if (!double.IsFinite(loss))
            throw new ModelException(
                $"the loss is {loss} at step {step + 1}: training has diverged; lower the learning rate (--lr, --clip-lr)");
        var largest = _options.GradientNorm > 0 ? _options.GradientNorm : float.MaxValue;
        var norm = nn.utils.clip_grad_norm_(_trained.Select(p => p.Parameter), largest);
        Move(step, LearningRate.Factor(step, steps, _options.Warmup));
        return new(loss, infoNce, hasSdr == true ? sdr : null, norm);
    }

    /// <summary>Every parameter of the model as it is now, under its own name.</summary>
    public IEnumerable<TensorSource> Weights() => [.. _trained.Select(p => Source(p.Name, p.Parameter)), .. _frozen.Values];

    /// <summary>AdamW's moments, for a checkpoint.</summary>
    public IEnumerable<TensorSource> Moments() => _trained.Zip(_optimizer.Moments).SelectMany(pair => new[]
    {
        Source(MeanPrefix + pair.First.Name, pair.Second.Mean), Source(SquarePrefix + pair.First.Name, pair.Second.Square),
    });

    /// <summary>Takes weights and moments from a checkpoint.</summary>
    public void Restore(WeightFile weights, WeightFile moments)
    {
        foreach (var ((name, parameter), (mean, square)) in _trained.Zip(_optimizer.Moments))
        {
            parameter.Set(weights.ReadFloats(name));
            mean.Set(moments.ReadFloats(MeanPrefix + name));
            square.Set(moments.ReadFloats(SquarePrefix + name));
        }
        _network.Refresh();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
    }

    private (Tensor Loss, Tensor InfoNce, Tensor? Sdr) Losses(PairScores scores)
    {
        var infoNce = Training.Losses.InfoNce(scores.Logits);
        if (scores.Contrasts is null || _options.SdrWeight == 0)
            return (infoNce, infoNce, null);
        var sdr = Training.Losses.SimilarityDecorrelation(scores.Contrasts);
        return (infoNce.Plus(sdr * _sdrWeight), infoNce, sdr);
    }

    private void Move(long step, double factor)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        foreach (var ((name, parameter), moments) in _trained.Zip(_optimizer.Moments))
        {
            var rate = _encoders.Owns(name) ? _options.ClipLearningRate : _options.LearningRate;
            _optimizer.Move(parameter, moments, factor * rate, step + 1);
        }
        _trained.Single(p => p.Name == "clip.logit_scale").Parameter.clamp_(max: s_largestLogitScale);
        _network.Refresh();
    }

    private static TensorSource Source(string name, Tensor tensor) =>
        TensorSource.Floats(name, [.. tensor.shape.Select(size => (int)size)], () => tensor.Floats());
}
