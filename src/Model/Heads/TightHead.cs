using TcMgc.Model.Clip;
using TcMgc.Model.Graphs;

namespace TcMgc.Model.Heads;

/// <summary>The tight type: one pass of a cross transformer over [sentence, frames] for every pair, with excitation before it or not.</summary>
internal sealed class TightHead(string name, bool excitation)
    : SimilarityHead(name, excitation ? "tight type: excitation, then a cross transformer per pair" : "CLIP4Clip tight: a cross transformer per pair")
{
    // Without excitation too: the cross transformer sees the frames at the length the encoder gave them.
    public override bool HasOwnFeatures => true;

    public override VideoSide Video(Graph g, ModelConfig config, Tensor frames, Tensor mask)
    {
        var x = excitation ? Pooling.Excitation(g, config, frames) : frames;
        return new(g.Unit(Pooling.Mean(g, g.Unit(x), mask)), x, mask);
    }

    public override PairScores Score(Graph g, ModelConfig config, TextSide text, VideoSide video)
    {
        Dim t = text.Sentence.Shape[0], v = video.Features.Shape[0];
        long n = video.Features.Shape[1].Factor, d = config.Clip.EmbeddingWidth;

        var sentence = g.Expand(g.Reshape(text.Sentence, t, 1, 1, d), t, v, 1, d);
        var pairs = g.Concat(2, sentence, g.Expand(g.Unsqueeze(video.Features, 0), t, v, n, d));   // [T, V, N+1, D]
        var x = g.Reshape(pairs, t * v, n + 1, d)
            + g.Slice(g.Parameter("cross.embeddings.position_embeddings.weight", config.CrossPositions, d), 0, 0, n + 1);

        var hidden = Transformer.AdditiveMask(g, video.Mask);                                        // [V, 1, 1, N]
        hidden = g.Concat(3, g.Expand(g.Constant(0f), v, 1, 1, 1), hidden);
        hidden = g.Reshape(g.Expand(g.Unsqueeze(hidden, 0), t, v, 1, 1, n + 1), t * v, 1, 1, n + 1);
        x = Transformer.Blocks(g, x, "cross.transformer", config.CrossLayers, config.Clip.Text.Width / ClipArchitecture.HeadWidth, hidden);

        var pooled = Transformer.LayerNorm(g, g.Select(x, 1, 0), "cross.pooler.ln_pool");            // [T·V, D]
        pooled = g.QuickGelu(Transformer.Linear(g, pooled, "cross.pooler.dense", d));
        return new(g.Reshape(Transformer.Linear(g, pooled, "similarity_dense", 1), t, v));
    }
}
