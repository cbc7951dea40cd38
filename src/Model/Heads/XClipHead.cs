using TcMgc.Model.Graphs;
using TcMgc.Model.TemporalEncoders;

namespace TcMgc.Model.Heads;

/// <summary>X-CLIP: four contrasts, each aggregated by attention over its similarities (AOSM), and their mean.</summary>
internal sealed class XClipHead() : SimilarityHead("xclip", "X-CLIP: four contrasts with attention over the similarity matrix")
{
    public override VideoSide Video(Graph g, ModelConfig config, Tensor frames, Tensor mask)
    {
        var temporal = TemporalTransformer.Encode(g, config, frames, mask);
        return new(g.Unit(Pooling.Mean(g, g.Unit(temporal), mask)), frames, mask);
    }

    public override Tensor Query(Graph g, ModelConfig config, TextSide text) =>
        g.Unit(g.MatMul(g.Unit(text.Sentence), Square(g, "global_mat_weight", config.Clip.EmbeddingWidth)));

    public override PairScores Score(Graph g, ModelConfig config, TextSide text, VideoSide video)
    {
        Dim t = text.Sentence.Shape[0], v = video.Features.Shape[0];
        long w = config.Words, n = config.Frames, d = config.Clip.EmbeddingWidth;
        Tensor sentence = g.Unit(text.Sentence), words = g.Reshape(g.Unit(text.Words), t * w, d);
        var frames = g.Reshape(g.Unit(video.Features), v * n, d);
        Tensor videosAcross = g.TransposeLast(video.Vector), framesAcross = g.TransposeLast(frames);

        var videoSentence = g.MatMul(g.MatMul(sentence, Square(g, "global_mat_weight", d)), videosAcross);           // [T, V]
        var vw = g.Transpose(g.Reshape(g.MatMul(words, videosAcross), t, w, v), 0, 2, 1);                           // [T, V, W]
        var videoWord = Attend(vw, "word_logit_weight", w);
        var sf = g.Reshape(g.MatMul(sentence, framesAcross), t, v, n);                                              // [T, V, N]
        var sentenceFrame = Attend(sf, "frame_logit_weight", n);

        var local = g.MatMul(g.MatMul(words, Square(g, "local_mat_weight", d)), framesAcross);
        var fw = g.Transpose(g.Reshape(local, t, w, v, n), 0, 2, 1, 3);                                             // [T, V, W, N]
        var wordLevel = Attend(g.TransposeLast(fw), "word_mat_weight", w);                                           // [T, V, N]
        var frameLevel = Attend(fw, "frame_mat_weight", n);                                                          // [T, V, W]
        var frameWord = (Attend(wordLevel, "frame_mat_weight2", n) + Attend(frameLevel, "word_mat_weight2", w)) * 0.5f;

        var contrasts = Scale(g) * g.Stack(videoSentence, videoWord, sentenceFrame, frameWord);
        return new(g.Mean(contrasts, 0), contrasts, g.Expand(g.Constant(0.25f), 4, t, v), g.Softmax(Sharpen(sf)));

        // AOSM: softmax(x / τ) · M over the last axis, then the weighted sum
        Tensor Attend(Tensor x, string weight, long size) =>
            g.Sum(x * g.MatMul(g.Softmax(Sharpen(x)), Square(g, weight, size)), -1);

        Tensor Sharpen(Tensor x) => x * (float)(1 / config.Temperature);
    }
}
