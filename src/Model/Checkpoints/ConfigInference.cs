using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// A model's configuration from the names and shapes in a checkpoint, and from what the user says where they leave it open.
/// </summary>
internal sealed class ConfigInference(string source, ClipArchitecture clip, IReadOnlyDictionary<string, TensorSource> tensors)
{
    private const string KeptMatrix = "attentive_word_logit_weight", Excitation = "se_block_excitation",
        Aggregation = "se_block_aggregation";

    /// <summary>keep_rates that people choose, the likeliest first.</summary>
    private static readonly double[] s_keepRates =
        [0.5, .. Enumerable.Range(1, 9).Select(i => i / 10.0), .. Enumerable.Range(1, 19).Select(i => i / 20.0),
            .. Enumerable.Range(1, 99).Select(i => i / 100.0)];

    /// <exception cref="ModelException">The sizes do not fit each other.</exception>
    public ModelConfig Config(ImportOptions options)
    {
        var defaults = new ModelConfig { Clip = clip, Head = options.Head ?? Head() };
        var words = options.Words ?? Rows("word_logit_weight") ?? Math.Min(defaults.Words, clip.Text.Context);
        var framePositions = Rows("frame_position_embeddings.weight");
        var frames = options.Frames ?? Rows("frame_logit_weight") ?? Rows(Excitation + ".fc.2.weight")
            ?? Rows(Aggregation + ".fc.2.weight")
            ?? Math.Min(defaults.Frames, framePositions ?? defaults.Frames);
        var config = defaults with
        {
            Words = words,
            Frames = frames,
            TemporalLayers = Layers("transformerClip") ?? options.TemporalLayers ?? defaults.TemporalLayers,
            FramePositions = framePositions ?? Math.Max(clip.Text.Context, frames),       // CLIP4Clip: as many as text positions
            CrossLayers = Layers("cross.transformer") ?? defaults.CrossLayers,
            CrossPositions = Rows("cross.embeddings.position_embeddings.weight") ?? Math.Max(clip.Text.Context, frames + 1),
            AttentionHeads = options.AttentionHeads ?? defaults.AttentionHeads,
            KeepRate = options.KeepRate ?? KeepRate(words, defaults.KeepRate),
            ExcitationHidden = Rows(Excitation + ".fc.0.weight") ?? defaults.ExcitationHidden,
            AggregationHidden = Rows(Aggregation + ".fc.0.weight") ?? defaults.AggregationHidden,
        };
        config.Validate();
        return config;
    }

    /// <summary>The head whose parameters are there; the one that needs most of them.</summary>
    private string Head()
    {
        if (Has(KeptMatrix) || Has("conditional_transformer."))
            return "tcmgc";
        if (Has("word_logit_weight") || Has("frame_logit_weight"))
            return "xclip";
        var (excitation, aggregation) = (Has(Excitation), Has(Aggregation));
        if (Has("similarity_dense."))
            return excitation ? "excitation-tight" : "clip4clip-tight";
        var temporal = Has("lstm_visual.") ? "lstm" : Has("transformerClip.") ? "transformer" : null;
        return (excitation, temporal, aggregation) switch
        {
            (false, null, false) => "clip4clip-mean-pooling",
            (false, _, false) => $"clip4clip-sequential-{temporal}",
            (_, null, _) => "excitation-aggregation",
            (false, _, true) => $"sequential-{temporal}-aggregation",
            (true, _, false) => $"excitation-{temporal}-mean-pooling",
            (true, _, true) => $"excitation-{temporal}-aggregation",
        };
    }

    private double KeepRate(int words, double byDefault)
    {
        if (Rows(KeptMatrix) is not { } kept)
            return byDefault;
        if (kept >= words || kept == 0)
            throw new ModelException(
                $"{source}: its matrices keep {kept} similarities, which a text of {words} words does not have; give the words "
                    + "it was trained with (--words)");
        var likely = Array.FindIndex(s_keepRates, rate => (int)(words * rate) == kept);
        return likely >= 0 ? s_keepRates[likely] : (kept + 0.5) / words;
    }

    private bool Has(string prefix) => tensors.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    private int? Rows(string name) => tensors.TryGetValue(name, out var tensor) && tensor.Shape.Count > 0
        ? tensor.Shape[0] : null;

    private int? Layers(string transformer) => ClipShapes.Layers(tensors, transformer) is var layers and > 0 ? layers : null;
}
