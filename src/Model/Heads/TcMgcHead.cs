using TcMgc.Model.Clip;
using TcMgc.Model.Graphs;
using TcMgc.Model.TemporalEncoders;

namespace TcMgc.Model.Heads;

/// <summary>
/// TC-MGC: the text attends over the frames (LVA), four contrasts compare what comes of it, similarity reorganisation (SR)
/// keeps the best of each, interactive aggregation (ISA) sums them up, and a linear softmax (LSA) weighs the four.
/// </summary>
internal sealed class TcMgcHead() : SimilarityHead("tcmgc", "TC-MGC: text-conditioned multi-grained contrast, the four weighted per pair")
{
    public override bool HasOwnFeatures => true;

    public override VideoSide Video(Graph g, ModelConfig config, Tensor frames, Tensor mask)
    {
        var temporal = TemporalTransformer.Encode(g, config, frames, mask);
        return new(g.Unit(Pooling.Mean(g, g.Unit(temporal), mask)), temporal, mask);
    }

    public override Tensor Query(Graph g, ModelConfig config, TextSide text) =>
        g.Unit(g.MatMul(g.Unit(text.Sentence), Square(g, "global_mat_weight", config.Clip.EmbeddingWidth)));

    public override PairScores Score(Graph g, ModelConfig config, TextSide text, VideoSide video)
    {
        var (conditionedVideo, frames, attention) = config.Has(TcMgcParts.LanguageVideoAttention)
            ? Conditioned(g, config, text, video)
            : Unconditioned(g, text, video);
        Tensor sentence = g.Unsqueeze(g.Unit(text.Sentence), 2), words = g.Unit(text.Words);     // [T, D, 1], [T, W, D]
        var contrasts = new List<Tensor>();
        if (config.Has(TcMgcParts.VideoSentence))
            contrasts.Add(VideoSentence(g, sentence, conditionedVideo));
        if (config.Has(TcMgcParts.VideoWord))
            contrasts.Add(VideoWord(g, config, words, conditionedVideo));
        if (config.Has(TcMgcParts.SentenceFrame))
            contrasts.Add(SentenceFrame(g, config, sentence, frames));
        if (config.Has(TcMgcParts.FrameWord))
            contrasts.Add(FrameWord(g, config, words, frames));

        var stacked = Scale(g) * g.Transpose(g.Stack(contrasts), 0, 2, 1);                       // [C, T, V]
        if (contrasts.Count == 1)
            return new(g.Select(stacked, 0, 0), FrameAttention: attention);
        if (!config.Has(TcMgcParts.LinearSoftmaxAggregation))
            return new(g.Mean(stacked, 0), stacked, FrameAttention: attention);
        var weights = LinearSoftmaxWeights(g, stacked);
        return new(g.Sum(stacked * weights, 0), stacked, weights, attention);
    }

    /// <summary>The video [V, T, 1, D] and its frames [V, T, W, D] as the sentence and each word see them, and the sentence's attention [T, V, N].</summary>
    private static (Tensor Video, Tensor Frames, Tensor? Attention) Conditioned(Graph g, ModelConfig config, TextSide text, VideoSide video)
    {
        long w = config.Words;
        var texts = g.Concat(1, g.Unsqueeze(text.Sentence, 1), text.Words);                      // [T, 1+W, D]
        var (conditioned, attention) = LanguageVideoAttention(g, config, texts, video);
        conditioned = g.Unit(conditioned);                                                       // [V, T, 1+W, D]
        return (g.Slice(conditioned, 2, 0, 1), g.Slice(conditioned, 2, 1, w + 1), attention);
    }

    /// <summary>Without LVA: the mean of the frames, and the frames themselves, the same for every text.</summary>
    private static (Tensor Video, Tensor Frames, Tensor? Attention) Unconditioned(Graph g, TextSide text, VideoSide video)
    {
        var (frames, t) = (video.Features, text.Sentence.Shape[0]);
        Dim v = frames.Shape[0], n = frames.Shape[1], d = frames.Shape[2];
        return (g.Expand(g.Reshape(video.Vector, v, 1, 1, d), v, t, 1, d), g.Expand(g.Reshape(g.Unit(frames), v, 1, n, d), v, t, n, d), null);
    }

    /// <summary>
    /// LVA: texts [T, Q, D] over frames [V, N, D] → [V, T, Q, D]. One layer norm for both sides, no projections; padding masked
    /// or, as published, not. Also the first text's attention over the frames, averaged over heads, [T, V, N].
    /// </summary>
    private static (Tensor Conditioned, Tensor Attention) LanguageVideoAttention(Graph g, ModelConfig config, Tensor texts, VideoSide video)
    {
        const string Name = "conditional_transformer.pool_frames.";
        var frames = video.Features;
        Dim t = texts.Shape[0], v = frames.Shape[0];
        long queries = texts.Shape[1].Factor, n = frames.Shape[1].Factor, d = config.Clip.EmbeddingWidth;
        long heads = config.AttentionHeads, channels = d / heads;

        var normedTexts = Transformer.LayerNorm(g, texts, Name + "layer_norm1");
        var normedFrames = g.Reshape(Transformer.LayerNorm(g, frames, Name + "layer_norm1"), v, n, heads, channels);
        var q = g.Reshape(normedTexts * (1f / MathF.Sqrt(channels)), 1, t * queries, heads, channels);
        q = g.Transpose(q, 0, 2, 1, 3);                                                          // [1, heads, T·Q, C]
        var k = g.Transpose(normedFrames, 0, 2, 3, 1);                                           // [V, heads, C, N]
        var logits = g.MatMul(q, k);                                                             // [V, heads, T·Q, N]
        var attention = g.Softmax(config.MaskedAttention ? logits + Transformer.AdditiveMask(g, video.Mask) : logits);
        var pooled = g.MatMul(attention, g.Transpose(normedFrames, 0, 2, 1, 3));                 // [V, heads, T·Q, C]
        pooled = g.Reshape(g.Transpose(pooled, 0, 2, 1, 3), v * t * queries, d);

        pooled = Transformer.LayerNorm(g, pooled, Name + "layer_norm2");
        pooled += g.Dropout(Transformer.Linear(g, pooled, Name + "linear_proj", d));
        pooled = Transformer.LayerNorm(g, pooled, Name + "layer_norm3");

        var sentenceAttention = g.Select(g.Reshape(g.Mean(attention, 1), v, t, queries, n), 2, 0);
        return (g.Reshape(pooled, v, t, queries, d), g.Transpose(sentenceAttention, 1, 0, 2));
    }

    /// <summary>s·G·v. [V, T].</summary>
    private static Tensor VideoSentence(Graph g, Tensor sentence, Tensor video)
    {
        var weight = Square(g, "global_mat_weight", video.Shape[^1]);
        return Flat(g, g.MatMul(video, g.MatMul(g.Transpose(weight, 1, 0), sentence)));
    }

    /// <summary>Similarities over the words, SR, ISA. [V, T].</summary>
    private static Tensor VideoWord(Graph g, ModelConfig config, Tensor words, Tensor video)
    {
        var similarities = g.MatMul(video, g.TransposeLast(words));                              // [V, T, 1, W]
        return Flat(g, InteractiveAggregation(g, config, Kept(g, config, similarities), "attentive_word_logit_weight"));
    }

    /// <summary>Similarities over the conditioned frames, SR with one value fused of the rest, ISA. [V, T].</summary>
    private static Tensor SentenceFrame(Graph g, ModelConfig config, Tensor sentence, Tensor frames)
    {
        var similarities = g.TransposeLast(g.MatMul(frames, sentence));                          // [V, T, 1, F]
        if (config.Has(TcMgcParts.SimilarityReorganisation))
        {
            var (all, keep) = (similarities.Shape[^1].Factor, config.KeptOf(similarities.Shape[^1].Factor));
            var sorted = g.Top(similarities, (int)all);
            var rest = g.Slice(sorted, -1, keep, all);
            var fused = g.Sum(g.Softmax(rest) * rest, -1, keep: true);
            similarities = g.Concat(3, g.Slice(sorted, -1, 0, keep), fused);                     // [V, T, 1, k+1]
        }
        return Flat(g, InteractiveAggregation(g, config, similarities, "concat_frame_word_logit_weight"));
    }

    /// <summary>Words against conditioned frames, Bi-SR, Bi-ISA. [V, T].</summary>
    private static Tensor FrameWord(Graph g, ModelConfig config, Tensor words, Tensor frames)
    {
        var projected = g.MatMul(words, Square(g, "local_mat_weight", words.Shape[^1]));
        var byWord = Kept(g, config, g.MatMul(frames, g.TransposeLast(projected)));              // [V, T, frames, words k]
        var kept = Kept(g, config, g.TransposeLast(byWord));                                     // [V, T, words k, frames k]
        var wordLevel = InteractiveAggregation(g, config, g.TransposeLast(kept), "attentive_word_mat_weight");
        var frameLevel = InteractiveAggregation(g, config, kept, "attentive_frame_word_mat_weight");
        return (InteractiveAggregation(g, config, wordLevel, "attentive_frame_word_mat_weight2")
            + InteractiveAggregation(g, config, frameLevel, "attentive_word_mat_weight2")) * 0.5f;
    }

    /// <summary>SR over the last axis: the largest k in falling order; without SR all of them as they are.</summary>
    private static Tensor Kept(Graph g, ModelConfig config, Tensor similarities) => config.Has(TcMgcParts.SimilarityReorganisation)
        ? g.Top(similarities, config.KeptOf(similarities.Shape[^1].Factor))
        : similarities;

    /// <summary>ISA over the last axis: Σ x · softmax(λ · (softmax(λ·x) · A)).</summary>
    private static Tensor InteractiveAggregation(Graph g, ModelConfig config, Tensor x, string name)
    {
        var sharpness = (float)(1 / config.Temperature);
        var mixed = g.MatMul(g.Softmax(x * sharpness), Square(g, name, x.Shape[^1]));
        return g.Sum(x * g.Softmax(mixed * sharpness), -1);
    }

    /// <summary>LSA: softmax over the contrasts of (scores · B). [C, T, V].</summary>
    private static Tensor LinearSoftmaxWeights(Graph g, Tensor contrasts)
    {
        var mixed = g.MatMul(g.Transpose(contrasts, 1, 2, 0), Square(g, "logit_weight", contrasts.Shape[0]));
        return g.Transpose(g.Softmax(mixed), 2, 0, 1);
    }

    /// <summary>[V, T, 1, 1] or [V, T, 1] → [V, T].</summary>
    private static Tensor Flat(Graph g, Tensor x) => g.Reshape(x, x.Shape[0], x.Shape[1]);
}
