using TcMgc.Model.Clip;
using TcMgc.Model.Engine;
using TcMgc.Model.Graphs;
using TcMgc.Model.Heads;
using TcMgc.Model.TemporalEncoders;
using TcMgc.Model.Training;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Verification;

/// <summary>How far a tensor is from the recorded one.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Error">‖ours − theirs‖ / ‖theirs‖.</param>
/// <param name="Share">For a gradient: ‖ours − theirs‖ in parts of the norm of all recorded gradients together; null for what is none.</param>
public sealed record TensorError(string Name, double Error, double? Share)
{
    /// <summary>
    /// 2⁻²³, the machine epsilon of single precision: a gradient whose difference is a smaller part of all gradients differs by rounding alone.
    /// The reference itself, run in single precision on two machines, differs by several thousandths of such gradients.
    /// </summary>
    public const double Rounding = 1.0 / (1 << 23);

    /// <summary>Whether it is a loss or a gradient.</summary>
    public bool IsTraining => Golden.IsTraining(Name);

    /// <summary>Whether it is a gradient too small for single precision, whose relative error tells nothing.</summary>
    public bool IsRounding => Share <= Rounding;
}

/// <summary>Runs a model's graphs on recorded inputs and compares every tensor with what the reference recorded.</summary>
internal static class Golden
{
    private const string Pixels = "pixels", Tokens = "tokens", FrameMask = "frame_mask", GradientPrefix = "grad.";

    /// <summary>The graph whose outputs carry the names of the expected tensors.</summary>
    /// <exception cref="ModelException">An expected tensor has a name that no block yields.</exception>
    public static Graph Build(ModelConfig config, double sdrWeight, WeightFile inputs, IReadOnlyCollection<string> expected)
    {
        var g = new Graph(trainable: name => expected.Contains(GradientPrefix + name));
        var clip = config.Clip;
        int[] pixelShape = Shape(inputs, Pixels), tokenShape = Shape(inputs, Tokens);
        var tokens = g.Input(Tokens, ElementType.Int64, tokenShape[0], tokenShape[1]);
        var pixels = g.Input(Pixels, ElementType.Float32, pixelShape.Select(d => (Dim)d));
        var (sentence, words) = TextEncoder.Encode(g, clip, tokens);

        if (pixelShape.Length == 4)                                  // an encoder alone: pixels [B, 3, S, S]
        {
            var blocks = new Dictionary<string, Tensor>
            {
                ["image_embeds"] = ImageEncoder.Encode(g, clip, pixels),
                ["text_embeds"] = sentence,
                ["words"] = words,
            };
            foreach (var name in expected)
                g.Output(name, blocks.GetValueOrDefault(name) ?? throw Unknown(name));
            return g;
        }

        int videos = pixelShape[0], n = pixelShape[1], side = clip.Vision.ImageSize;
        var mask = g.Input(FrameMask, ElementType.Float32, videos, n);
        var flat = g.Reshape(pixels, videos * n, 3, side, side);
        var frames = g.Reshape(ImageEncoder.Encode(g, clip, flat), videos, n, clip.EmbeddingWidth);
        var text = new TextSide(sentence, words);
        var scores = new Dictionary<string, PairScores>();
        Lazy<Tensor> infoNce = new(() => Losses.InfoNce(g, Scores("tcmgc").Logits));
        Lazy<Tensor> sdr = new(() => Losses.SimilarityDecorrelation(g, Scores("tcmgc").Contrasts!));
        Lazy<Tensor> loss = new(() => infoNce.Value + (sdr.Value * (float)sdrWeight));
        foreach (var name in expected.Where(name => !IsGradient(name)))
            g.Output(name, name switch
            {
                "frames" => frames,
                "sentence" => sentence,
                "words" => words,
                "temporal_transformer" => TemporalTransformer.Encode(g, config, frames, mask),
                "temporal_lstm" => TemporalLstm.Encode(g, config, frames, mask),
                "tcmgc_contrasts" => Scores("tcmgc").Contrasts!,
                "info_nce" => infoNce.Value,
                "sdr" => sdr.Value,
                "loss" => loss.Value,
                _ => Scores(name).Logits,
            });
        AddGradients(g, loss, [.. expected.Where(IsGradient)]);
        return g;

        PairScores Scores(string name)
        {
            if (!SimilarityHead.All.TryGetValue(name.Replace('_', '-'), out var head))
                throw Unknown(name);
            if (!scores.TryGetValue(name, out var known))
                scores[name] = known = head.Score(g, config, text, head.Video(g, config, frames, mask));
            return known;
        }
    }

    /// <summary>The relative error of every expected tensor.</summary>
    public static IReadOnlyList<TensorError> Compare(ModelConfig config, double sdrWeight, WeightFile weights, WeightFile inputs, WeightFile expected,
        IReadOnlyCollection<string> names, EngineOptions options)
    {
        using var session = Session.Create(Build(config, sdrWeight, inputs, names), weights, options);
        using var binding = session.Bind();
        foreach (var input in session.Graph.Inputs)
        {
            var source = session.Graph.Parameters.Contains(input) ? weights : inputs;
            long[] shape = [.. input.Shape.Select(d => d.Factor)];
            if (input.Type == ElementType.Int64)
                source.ReadInt64(input.Name).CopyTo(binding.Input<long>(input.Name, shape));
            else
                source.ReadFloats(input.Name).CopyTo(binding.Input<float>(input.Name, shape));
        }
        binding.Run();
        var all = Math.Sqrt(names.Where(IsGradient).Sum(name => SumOfSquares(expected.ReadFloats(name))));
        return [.. names.Select(name => Compare(name, binding.Output<float>(name), expected.ReadFloats(name), all))];
    }

    /// <summary>Whether an expected tensor is a loss or a gradient.</summary>
    public static bool IsTraining(string name) => IsGradient(name) || name is "info_nce" or "sdr" or "loss";

    private static bool IsGradient(string name) => name.StartsWith(GradientPrefix, StringComparison.Ordinal);

    private static void AddGradients(Graph g, Lazy<Tensor> loss, string[] names)
    {
        if (names.Length == 0)
            return;
        var parameters = g.Parameters.ToDictionary(p => p.Name);
        Tensor[] wanted = [.. names.Select(name => parameters.GetValueOrDefault(name[GradientPrefix.Length..]) ?? throw Unknown(name))];
        foreach (var (name, gradient) in names.Zip(Gradients.Of(g, loss.Value, wanted)))
            g.Output(name, gradient ?? throw Unknown(name));
    }

    private static TensorError Compare(string name, ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs, double allGradients)
    {
        if (ours.Length != theirs.Length)
            return new(name, double.PositiveInfinity, null);
        double difference = 0;
        for (var i = 0; i < ours.Length; i++)
            difference += ((double)ours[i] - theirs[i]) * ((double)ours[i] - theirs[i]);
        return new(name, Math.Sqrt(difference / Math.Max(SumOfSquares(theirs), double.Epsilon)), IsGradient(name) ? Math.Sqrt(difference) / allGradients : null);
    }

    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var value in values)
            sum += (double)value * value;
        return sum;
    }

    private static int[] Shape(WeightFile inputs, string name) => inputs.Entries.TryGetValue(name, out var entry)
        ? [.. entry.Shape]
        : throw new ModelException($"{inputs.Path}: has no tensor '{name}'");

    private static ModelException Unknown(string name) => new($"nothing yields the expected tensor '{name}'");
}
