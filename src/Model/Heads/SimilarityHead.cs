using TcMgc.Model.Compute;
using TcMgc.Model.Temporal;

namespace TcMgc.Model.Heads;

/// <summary>A way to compare texts with videos.</summary>
public sealed class SimilarityHead
{
    private readonly Func<Layers, ModelConfig, HeadModule> _module;

    private SimilarityHead(string name, string summary, Func<Layers, ModelConfig, HeadModule> module) =>
        (Name, Summary, _module) = (name, summary, module);

    /// <summary>All heads, by name.</summary>
    public static IReadOnlyDictionary<string, SimilarityHead> All { get; } = new SimilarityHead[]
    {
        Clip4Clip("clip4clip-mean-pooling", TemporalKind.None, "CLIP4Clip meanP: cosine with the mean of the frames"),
        Clip4Clip("clip4clip-sequential-transformer", TemporalKind.Transformer,
            "CLIP4Clip seqTransf: frames through a transformer, then their mean"),
        Clip4Clip("clip4clip-sequential-lstm", TemporalKind.Lstm,
            "CLIP4Clip seqLSTM: frames through an LSTM, then their mean"),
        Tight("clip4clip-tight", excitation: false, "CLIP4Clip tight: a cross transformer per pair"),
        Gated("excitation-aggregation", true, TemporalKind.None, true,
            "parameter-free type: excitation, then aggregation in place of the mean"),
        Gated("sequential-transformer-aggregation", false, TemporalKind.Transformer, true,
            "sequential type: transformer, then aggregation"),
        Gated("sequential-lstm-aggregation", false, TemporalKind.Lstm, true, "sequential type: LSTM, then aggregation"),
        Gated("excitation-transformer-aggregation", true, TemporalKind.Transformer, true,
            "sequential type: excitation, transformer, aggregation"),
        Gated("excitation-lstm-aggregation", true, TemporalKind.Lstm, true,
            "sequential type: excitation, LSTM, aggregation"),
        Gated("excitation-transformer-mean-pooling", true, TemporalKind.Transformer, false,
            "sequential type: excitation, transformer, mean"),
        Gated("excitation-lstm-mean-pooling", true, TemporalKind.Lstm, false,
            "sequential type: excitation, LSTM, mean"),
        Tight("excitation-tight", excitation: true, "tight type: excitation, then a cross transformer per pair"),
        new("xclip", "X-CLIP: four contrasts with attention over the similarity matrix",
            (layers, config) => new XClipHead(layers, config))
        {
            ScoresFrames = true,
            ReadsWords = true,
        },
        new("tcmgc", "TC-MGC: text-conditioned multi-grained contrast, the four weighted per pair",
            (layers, config) => new TcMgcHead(layers, config))
        {
            HasOwnFeatures = true,
            ScoresFrames = true,
            ReadsWords = true,
        },
    }.ToDictionary(h => h.Name, StringComparer.Ordinal);

    /// <summary>Its name in configurations and on the command line.</summary>
    public string Name { get; }

    /// <summary>What it does, in a line.</summary>
    public string Summary { get; }

    /// <summary>
    /// Whether the scored features differ from the frame encoder's output at unit length, so that both are kept.
    /// </summary>
    public bool HasOwnFeatures { get; private init; }

    /// <summary>Whether pairs are scored with the frames of a video; otherwise its vector alone is enough.</summary>
    internal bool ScoresFrames { get; private init; }

    /// <summary>
    /// Whether pairs are scored with every row of a text's words, padding included; otherwise its sentence is enough.
    /// </summary>
    internal bool ReadsWords { get; private init; }

    /// <summary>The head of a configuration.</summary>
    /// <exception cref="ModelException">There is none of that name.</exception>
    public static SimilarityHead Of(ModelConfig config) => All.TryGetValue(config.Head, out var head)
        ? head
        : throw new ModelException($"there is no head '{config.Head}'; heads are {string.Join(", ", All.Keys)}");

    /// <summary>The head as a torch module whose weights are still to be read.</summary>
    internal HeadModule Create(Layers layers, ModelConfig config) => _module(layers, config);

    private static SimilarityHead Clip4Clip(string name, TemporalKind temporal, string summary) =>
        new(name, summary, (layers, config) => new Clip4ClipHead(layers, config, temporal));

    private static SimilarityHead Gated(string name, bool excitation, TemporalKind temporal, bool aggregation, string summary) =>
        new(name, summary, (layers, config) => new ExcitationAggregationHead(layers, config, excitation, temporal, aggregation));

    // The cross transformer sees the frames at the length the encoder gave them, without excitation too.
    private static SimilarityHead Tight(string name, bool excitation, string summary) =>
        new(name, summary, (layers, config) => new TightHead(layers, config, excitation))
        {
            HasOwnFeatures = true,
            ScoresFrames = true,
        };
}
