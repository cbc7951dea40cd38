using TcMgc.Model.Graphs;
using TcMgc.Model.TemporalEncoders;

namespace TcMgc.Model.Heads;

/// <summary>The excitation and aggregation study: frames recalibrated and weighted by gates around the temporal encoder.</summary>
internal sealed class ExcitationAggregationHead(string name, Temporal temporal, bool excitation, bool aggregation)
    : SimilarityHead(name, (excitation, temporal, aggregation) switch
    {
        (true, Temporal.None, _) => "parameter-free type: excitation, then aggregation in place of the mean",
        (true, _, true) => $"sequential type: excitation, {temporal} encoder, aggregation",
        (true, _, false) => $"sequential type: excitation, {temporal} encoder, mean",
        _ => $"sequential type: {temporal} encoder, then aggregation",
    })
{
    public override VideoSide Video(Graph g, ModelConfig config, Tensor frames, Tensor mask)
    {
        var x = excitation ? Pooling.Excitation(g, config, frames) : frames;
        x = temporal.Encode(g, config, x, mask);
        var pooled = aggregation
            ? Pooling.Aggregation(g, config, x, bounded: temporal != Temporal.None)
            : Pooling.Mean(g, g.Unit(x), mask);
        return new(g.Unit(pooled), x, mask);
    }

    public override PairScores Score(Graph g, ModelConfig config, TextSide text, VideoSide video) =>
        new(Clip4ClipHead.Cosine(g, text, video));
}
