using TcMgc.Model;
using TcMgc.Model.Clip;
using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Temporal;
using TcMgc.Model.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TcMgc.Training.Verification;

/// <summary>Largest accepted relative errors: of outputs, and of losses and gradients.</summary>
public sealed record Tolerances(double Outputs = 1e-4, double Training = 1e-3);

/// <summary>Difference between a tensor and the recorded one.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Error">‖ours − theirs‖ / ‖theirs‖ in 32-bit floats.</param>
/// <param name="Tolerance">The largest accepted error.</param>
/// <param name="ErrorIn64Bits">
/// The same with ours computed in 64-bit floats, measured where <see cref="Error"/> is above the tolerance. A small value means
/// that the equations agree and that 32 bits are too few for this tensor.
/// </param>
public sealed record TensorError(string Name, double Error, double Tolerance, double? ErrorIn64Bits)
{
    /// <summary>Whether the error is within the tolerance.</summary>
    public bool Agrees => Error <= Tolerance || ErrorIn64Bits <= Tolerance;
}

/// <summary>Runs a model's modules on recorded inputs and compares every tensor with what the reference recorded.</summary>
internal sealed class Golden : IDisposable
{
    private const string GradientPrefix = "grad.";

    private readonly Layers _layers;
    private readonly ModelConfig _config;
    private readonly WeightFile _weights, _inputs;
    private readonly Dictionary<string, Tensor> _outputs = [];
    private readonly Dictionary<string, Parameter> _parameters = [];
    private readonly List<nn.Module> _modules = [];

    private Golden(ModelConfig config, WeightFile weights, WeightFile inputs, Layers layers)
    {
        _config = config;
        _weights = weights;
        _inputs = inputs;
        _layers = layers;
    }

    /// <summary>The relative error of every expected tensor.</summary>
    /// <exception cref="ModelException">No module produces a tensor of an expected name.</exception>
    public static IReadOnlyList<TensorError> Compare(
        ModelConfig config, double sdrWeight, WeightFile weights, WeightFile inputs, WeightFile expected,
        Tolerances tolerances, ComputeOptions options)
    {
        var backend = Backend.Prepare(options);
        string[] names = [.. expected.Entries.Keys];
        var errors = Errors(ScalarType.Float32);
        Lazy<Dictionary<string, double>> exact = new(() => Errors(ScalarType.Float64));
        return [.. names.Select(name => (Name: name, Tolerance: IsTraining(name) ? tolerances.Training : tolerances.Outputs))
            .Select(t => new TensorError(
                t.Name, errors[t.Name], t.Tolerance, errors[t.Name] <= t.Tolerance ? null : exact.Value[t.Name]))];

        Dictionary<string, double> Errors(ScalarType type)
        {
            using var scope = NewDisposeScope();
            using var golden = new Golden(config, weights, inputs, new(backend.Device, type));
            golden.Run(sdrWeight, names);
            return names.ToDictionary(name => name, name => RelativeError(golden.Output(name), expected.ReadFloats(name)));
        }
    }

    private static bool IsTraining(string name) => IsGradient(name) || name is "info_nce" or "sdr" or "loss";

    private static bool IsGradient(string name) => name.StartsWith(GradientPrefix, StringComparison.Ordinal);

    public void Dispose() => _modules.ForEach(module => module.Dispose());

    private void Run(double sdrWeight, IReadOnlyCollection<string> names)
    {
        using var mode = set_grad_enabled(names.Any(IsGradient));
        var images = Module(new ImageEncoder(_layers, _config.Clip), ImageEncoder.Prefix);
        var (sentence, words) = Module(new TextEncoder(_layers, _config.Clip), TextEncoder.Prefix).call(Tokens());
        _outputs["text_embeds"] = _outputs["sentence"] = sentence;
        _outputs["words"] = words;
        var pixels = Floats("pixels");
        if (pixels.dim() == 4)                                               // an encoder alone: pixels [B, 3, S, S]
        {
            _outputs["image_embeds"] = images.call(pixels);
            return;
        }
        var frames = images.call(pixels.flatten(0, 1)).view(pixels.shape[0], pixels.shape[1], -1);
        Score(names, sdrWeight, new(sentence, words), frames);
    }

    private void Score(IReadOnlyCollection<string> names, double sdrWeight, TextSide text, Tensor frames)
    {
        var mask = Floats("frame_mask");
        _outputs["frames"] = frames;
        if (names.Contains("temporal_transformer"))
            _outputs["temporal_transformer"] = Module(new TemporalTransformer(_layers, _config), "").call(frames, mask);
        if (names.Contains("temporal_lstm"))
            _outputs["temporal_lstm"] = Module(new TemporalLstm(_layers, _config), "").call(frames, mask);
        foreach (var head in SimilarityHead.All.Values.Where(head => names.Contains(Recorded(head.Name))))
        {
            var module = Module(head.Create(_layers, _config), "");
            var scores = module.Score(text, module.Video(frames, mask));
            _outputs[Recorded(head.Name)] = scores.Logits;
            if (head.Name == "tcmgc")
                Train(names, sdrWeight, scores);
        }
    }

    private void Train(IReadOnlyCollection<string> names, double sdrWeight, PairScores scores)
    {
        _outputs["tcmgc_contrasts"] = scores.Contrasts!;
        _outputs["info_nce"] = Losses.InfoNce(scores.Logits);
        _outputs["sdr"] = Losses.SimilarityDecorrelation(scores.Contrasts!);
        using var weight = sdrWeight.ToScalar();
        _outputs["loss"] = _outputs["info_nce"].Plus(_outputs["sdr"] * weight);
        if (!names.Any(IsGradient))
            return;
        _outputs["loss"].backward(retain_graph: true);
        foreach (var (name, parameter) in _parameters)
            if (parameter.grad is { } gradient)
                _outputs[GradientPrefix + name] = gradient;
    }

    private T Module<T>(T module, string prefix) where T : nn.Module
    {
        _modules.Add(module.Load(prefix, _weights));                         // a collected module would lose its weights
        foreach (var (name, parameter) in ParameterNames.Published(module, prefix))
        {
            parameter.requires_grad = true;
            _parameters[name] = parameter;
        }
        return module;
    }

    private Tensor Tokens() => tensor(_inputs.ReadInt64("tokens"), Shape("tokens"), device: _layers.Device);

    private Tensor Floats(string name) =>
        tensor(_inputs.ReadFloats(name), Shape(name), device: _layers.Device).to_type(_layers.Type);

    private long[] Shape(string name) => _inputs.Entries.TryGetValue(name, out var entry)
        ? [.. entry.Shape.Select(size => (long)size)]
        : throw new ModelException($"{_inputs.Path}: has no tensor '{name}'");

    private double[] Output(string name) => _outputs.TryGetValue(name, out var output)
        ? output.detach().to(ScalarType.Float64, CPU).reshape(-1).data<double>().ToArray()
        : throw new ModelException($"no module produces the expected tensor '{name}'");

    private static string Recorded(string head) => head.Replace('-', '_');

    private static double RelativeError(double[] ours, float[] theirs)
    {
        if (ours.Length != theirs.Length)
            return double.PositiveInfinity;
        var difference = ours.Zip(theirs, (a, b) => (a - b) * (a - b)).Sum();
        return Math.Sqrt(difference / Math.Max(theirs.Sum(b => (double)b * b), double.Epsilon));
    }
}
