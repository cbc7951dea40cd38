using TcMgc.Model.Graphs;
using TcMgc.Model.TemporalEncoders;

namespace TcMgc.Model.Heads;

/// <summary>A text as a head sees it.</summary>
/// <param name="Sentence">[T, D], not normalised.</param>
/// <param name="Words">[T, W, D], every position, padding included; not normalised.</param>
public sealed record TextSide(Tensor Sentence, Tensor Words);

/// <summary>A video as a head sees it; computed once, when the video is indexed.</summary>
/// <param name="Vector">[V, D], unit length: what candidates are found by.</param>
/// <param name="Features">[V, N, D]: the frames that pairs are scored with, where the head does not score the vector alone.</param>
/// <param name="Mask">[V, N]: 1 where there is a frame.</param>
public sealed record VideoSide(Tensor Vector, Tensor Features, Tensor Mask);

/// <summary>Score of every text with every video, and what explains it.</summary>
/// <param name="Logits">[T, V], exp(logit_scale) included.</param>
/// <param name="Contrasts">[C, T, V] the head's single scores; null for heads with one.</param>
/// <param name="Weights">[C, T, V] the weight of each contrast in the score; null for heads with one.</param>
/// <param name="FrameAttention">[T, V, N] how much of the sentence's attention each frame has; null for heads without any.</param>
public sealed record PairScores(Tensor Logits, Tensor? Contrasts = null, Tensor? Weights = null, Tensor? FrameAttention = null);

/// <summary>
/// A way to compare texts with videos, cut where serving cuts it: what depends on the video alone (<see cref="Video"/>) is
/// computed when it is indexed, what depends on the text alone (<see cref="Query"/>) once a query, the rest per pair.
/// </summary>
public abstract class SimilarityHead
{
    /// <summary>All heads, by name.</summary>
    public static IReadOnlyDictionary<string, SimilarityHead> All { get; } = new SimilarityHead[]
    {
        new Clip4ClipHead("clip4clip-mean-pooling", Temporal.None),
        new Clip4ClipHead("clip4clip-sequential-transformer", Temporal.Transformer),
        new Clip4ClipHead("clip4clip-sequential-lstm", Temporal.Lstm),
        new TightHead("clip4clip-tight", excitation: false),
        new ExcitationAggregationHead("excitation-aggregation", Temporal.None, excitation: true, aggregation: true),
        new ExcitationAggregationHead("sequential-transformer-aggregation", Temporal.Transformer, excitation: false, aggregation: true),
        new ExcitationAggregationHead("sequential-lstm-aggregation", Temporal.Lstm, excitation: false, aggregation: true),
        new ExcitationAggregationHead("excitation-transformer-aggregation", Temporal.Transformer, excitation: true, aggregation: true),
        new ExcitationAggregationHead("excitation-lstm-aggregation", Temporal.Lstm, excitation: true, aggregation: true),
        new ExcitationAggregationHead("excitation-transformer-mean-pooling", Temporal.Transformer, excitation: true, aggregation: false),
        new ExcitationAggregationHead("excitation-lstm-mean-pooling", Temporal.Lstm, excitation: true, aggregation: false),
        new TightHead("excitation-tight", excitation: true),
        new XClipHead(),
        new TcMgcHead(),
    }.ToDictionary(h => h.Name, StringComparer.Ordinal);

    private protected SimilarityHead(string name, string summary)
    {
        Name = name;
        Summary = summary;
    }

    /// <summary>Its name in configurations and on the command line.</summary>
    public string Name { get; }

    /// <summary>What it does, in a line.</summary>
    public string Summary { get; }

    /// <summary>Whether the scored features differ from the frame encoder's output at unit length, so that both are kept.</summary>
    public virtual bool HasOwnFeatures => false;

    /// <summary>The head of a configuration.</summary>
    /// <exception cref="ModelException">There is none of that name.</exception>
    public static SimilarityHead Of(ModelConfig config) => All.TryGetValue(config.Head, out var head)
        ? head
        : throw new ModelException($"there is no head '{config.Head}'; heads are {string.Join(", ", All.Keys)}");

    /// <summary>What depends on the video alone. frames [V, N, D] from the frame encoder, mask [V, N] of 0/1.</summary>
    public abstract VideoSide Video(Graph g, ModelConfig config, Tensor frames, Tensor mask);

    /// <summary>The vector [T, D], unit length, that candidates are found by.</summary>
    public virtual Tensor Query(Graph g, ModelConfig config, TextSide text) => g.Unit(text.Sentence);

    /// <summary>Every text with every video.</summary>
    public abstract PairScores Score(Graph g, ModelConfig config, TextSide text, VideoSide video);

    /// <summary>exp(logit_scale), the factor on all logits.</summary>
    private protected static Tensor Scale(Graph g) => g.Exp(g.Parameter("clip.logit_scale"));

    /// <summary>A parameter initialised to the identity.</summary>
    private protected static Tensor Square(Graph g, string name, Dim size) => g.Parameter(name, size, size);
}
