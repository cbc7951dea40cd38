using TcMgc.Model.Graphs;
using TcMgc.Model.TemporalEncoders;

namespace TcMgc.Model.Heads;

/// <summary>CLIP4Clip's loose types: frames, through a temporal encoder or not, to their mean; cosine with the sentence.</summary>
internal sealed class Clip4ClipHead(string name, Temporal temporal)
    : SimilarityHead(name, temporal switch
    {
        Temporal.None => "CLIP4Clip meanP: cosine with the mean of the frames",
        Temporal.Lstm => "CLIP4Clip seqLSTM: frames through an LSTM, then their mean",
        _ => "CLIP4Clip seqTransf: frames through a transformer, then their mean",
    })
{
    public override VideoSide Video(Graph g, ModelConfig config, Tensor frames, Tensor mask)
    {
        var encoded = temporal.Encode(g, config, frames, mask);
        return new(g.Unit(Pooling.Mean(g, g.Unit(encoded), mask)), encoded, mask);
    }

    public override PairScores Score(Graph g, ModelConfig config, TextSide text, VideoSide video) => new(Cosine(g, text, video));

    /// <summary>exp(logit_scale) · cos(sentence, video). [T, V].</summary>
    public static Tensor Cosine(Graph g, TextSide text, VideoSide video) =>
        Scale(g) * g.MatMul(g.Unit(text.Sentence), g.TransposeLast(video.Vector));
}
