using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Encoders;
using TcMgc.Model.Heads;
using TcMgc.Model.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Dropout = TcMgc.Model.Compute.Dropout;

namespace TcMgc.Training;

/// <summary>
/// What is trained of a model: 32-bit weights, and encoders in the precision that they compute with. Where that is half
/// precision, an encoder computes with a copy of its weights: gradients go to the 32-bit ones, which are copied after a step.
/// </summary>
internal sealed class TrainedNetwork : IDisposable
{
    private readonly Backend _backend;
    private readonly IDualEncoder _encoders;
    private readonly bool _readsWords;
    private readonly Trained<nn.Module<Tensor, Tensor>>? _images;
    private readonly Trained<nn.Module<Tensor, (Tensor Sentence, Tensor Words)>>? _texts;
    private readonly Trained<HeadModule> _head;

    /// <param name="config">Sizes and head.</param>
    /// <param name="options">What is frozen, and the dropout.</param>
    /// <param name="backend">Where to run.</param>
    /// <param name="initial">Every parameter of the configuration, by name.</param>
    public TrainedNetwork(
        ModelConfig config, TrainingOptions options, Backend backend, IReadOnlyDictionary<string, TensorSource> initial)
    {
        (_backend, _encoders, _readsWords) = (backend, config.Encoders, SimilarityHead.Of(config).ReadsWords);
        Dropout = new(options.Dropout, backend.Device);
        var layers = new Layers(backend.Device, ScalarType.Float32, Dropout);
        var precision = PrecisionChoice.ForTraining(backend.Options);
        if (options.Freeze == Freeze.None)
            _images = new(() => _encoders.CreateFrameEncoder(layers), _encoders.FramePrefix, initial, precision);
        if (options.Freeze != Freeze.Encoders)
            _texts = new(() => _encoders.CreateTextEncoder(layers), _encoders.TextPrefix, initial, precision);
        _head = new(() => SimilarityHead.Of(config).Create(layers, config), "", initial, Precision.Float32);
    }

    /// <summary>Drops activations; its draws begin anew with each step.</summary>
    public Dropout Dropout { get; }

    /// <summary>The 32-bit parameters by name.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Parameters =>
        [.. _images?.Parameters ?? [], .. _texts?.Parameters ?? [], .. _head.Parameters];

    /// <summary>Scores all texts of a batch with all its videos.</summary>
    public PairScores Score(PairBatch batch)
    {
        var mask = batch.Mask.to(_backend.Device);
        var video = _head.Module.Video(Frames(batch, mask), mask);
        return _head.Module.Score(Text(batch), video);
    }

    /// <summary>Adds the gradients of the copies to those of the 32-bit weights, and clears the copies'.</summary>
    public void CollectGradients()
    {
        _images?.CollectGradients();
        _texts?.CollectGradients();
    }

    /// <summary>Copies the 32-bit weights into what computes.</summary>
    public void Refresh()
    {
        _images?.Refresh();
        _texts?.Refresh();
    }

    public void Dispose()
    {
        _images?.Dispose();
        _texts?.Dispose();
        _head.Dispose();
        Dropout.Dispose();
    }

    private Tensor Frames(PairBatch batch, Tensor mask)
    {
        if (_images is null)
            return batch.Frames!.to(_backend.Device);
        var frames = _images.Module.call(_encoders.Normalised(batch.Rgb!.to(_backend.Device))).to_type(ScalarType.Float32);
        return frames.view(mask.shape[0], mask.shape[1], -1) * mask.unsqueeze(-1);     // zero behind the end, as when serving
    }

    private TextSide Text(PairBatch batch)
    {
        if (_texts is null)
            return new(batch.Sentence!.to(_backend.Device), batch.Words!.to(_backend.Device));
        var tokens = _readsWords ? batch.Tokens! : _encoders.WithoutPadding(batch.Tokens!);
        var (sentence, words) = _texts.Module.call(tokens.to(_backend.Device));
        return new(sentence.to_type(ScalarType.Float32), words.to_type(ScalarType.Float32));
    }

    /// <summary>A module that is trained: its 32-bit weights, and what computes, the same where that is 32-bit too.</summary>
    private sealed class Trained<T> : IDisposable where T : nn.Module
    {
        private readonly T _exact;
        private readonly (Parameter Exact, Parameter Copy)[] _copies = [];

        public Trained(Func<T> create, string prefix, IReadOnlyDictionary<string, TensorSource> initial, Precision precision)
        {
            _exact = create();
            Parameters = [.. ParameterNames.Published(_exact, prefix)];
            foreach (var (name, parameter) in Parameters)
                parameter.Set(initial[name].ReadFloats());
            Module = _exact;
            if (precision == Precision.Float32)
                return;
            Module = PrecisionChoice.Convert(create(), precision);
            var copies = ParameterNames.Published(Module, prefix).Select(p => p.Parameter);
            _copies = [.. Parameters.Select(p => p.Parameter).Zip(copies)];
            Refresh();
        }

        /// <summary>What computes.</summary>
        public T Module { get; }

        public IReadOnlyList<(string Name, Parameter Parameter)> Parameters { get; }

        public void CollectGradients()
        {
            foreach (var (exact, copy) in _copies)
            {
                using var gradient = copy.grad;
                if (gradient is null)
                    continue;
                using var wide = gradient.to_type(ScalarType.Float32);
                if (exact.grad is { } sum)
                    using (sum)
                        sum.Add(wide);
                else
                    exact.grad = wide;
                copy.grad = null;
            }
        }

        public void Refresh()
        {
            using var _ = no_grad();
            foreach (var (exact, copy) in _copies)
                copy.copy_(exact);
        }

        public void Dispose()
        {
            if (!ReferenceEquals(Module, _exact))
                Module.Dispose();
            _exact.Dispose();
        }
    }
}
