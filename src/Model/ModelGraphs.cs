using TcMgc.Model.Clip;
using TcMgc.Model.Graphs;
using TcMgc.Model.Heads;

namespace TcMgc.Model;

/// <summary>
/// The four graphs a model serves with. T texts, V videos, B frames are known when a graph runs; W, N and D are the configuration's.
/// </summary>
internal static class ModelGraphs
{
    public const string Rgb = "rgb", Embeddings = "embeddings", Frames = "frames", Mask = "mask", Vectors = "vectors", Features = "features",
        Tokens = "tokens", Sentence = "sentence", Words = "words", Query = "query", Logits = "logits", Contrasts = "contrasts",
        ContrastWeights = "contrast_weights", FrameAttention = "frame_attention";

    private const string BatchSymbol = "B", TextSymbol = "T", VideoSymbol = "V";

    /// <summary>rgb [B, S, S, 3] bytes → embeddings [B, D], not normalised.</summary>
    public static Graph FrameEncoder(ModelConfig config)
    {
        var g = new Graph();
        int side = config.Clip.Vision.ImageSize;
        var rgb = g.Input(Rgb, ElementType.UInt8, BatchSymbol, side, side, 3);
        g.Output(Embeddings, ImageEncoder.Encode(g, config.Clip, ImageEncoder.Normalise(g, rgb)));
        return g;
    }

    /// <summary>frames [V, N, D] from the frame encoder, mask [V, N] → vectors [V, D], unit, and features [V, N, D].</summary>
    public static Graph VideoEncoder(ModelConfig config)
    {
        var g = new Graph();
        var (frames, mask) = (VideoFrames(g, config, Frames), VideoMask(g, config));
        var video = Checked(config).Video(g, config, frames, mask);
        g.Output(Vectors, video.Vector);
        g.Output(Features, video.Features);
        return g;
    }

    /// <summary>tokens [T, W] → sentence [T, D], words [T, W, D], query [T, D], unit.</summary>
    public static Graph TextEncoder(ModelConfig config)
    {
        var g = new Graph();
        var tokens = g.Input(Tokens, ElementType.Int64, TextSymbol, config.Words);
        var (sentence, words) = Clip.TextEncoder.Encode(g, config.Clip, tokens);
        g.Output(Sentence, sentence);
        g.Output(Words, words);
        g.Output(Query, Checked(config).Query(g, config, new(sentence, words)));
        return g;
    }

    /// <summary>sentence, words, and vectors, features, mask of candidates → logits [T, V] and, where the head has them, what explains it.</summary>
    public static Graph Scorer(ModelConfig config)
    {
        var g = new Graph();
        int d = config.Clip.EmbeddingWidth;
        var text = new TextSide(
            g.Input(Sentence, ElementType.Float32, TextSymbol, d),
            g.Input(Words, ElementType.Float32, TextSymbol, config.Words, d));
        var video = new VideoSide(g.Input(Vectors, ElementType.Float32, VideoSymbol, d), VideoFrames(g, config, Features), VideoMask(g, config));
        var scores = Checked(config).Score(g, config, text, video);
        g.Output(Logits, scores.Logits);
        if (scores.Contrasts is not null)
            g.Output(Contrasts, scores.Contrasts);
        if (scores.Weights is not null)
            g.Output(ContrastWeights, scores.Weights);
        if (scores.FrameAttention is not null)
            g.Output(FrameAttention, scores.FrameAttention);
        g.DropUnusedInputs();
        return g;
    }

    private static Tensor VideoFrames(Graph g, ModelConfig config, string name) =>
        g.Input(name, ElementType.Float32, VideoSymbol, config.Frames, config.Clip.EmbeddingWidth);

    private static Tensor VideoMask(Graph g, ModelConfig config) => g.Input(Mask, ElementType.Float32, VideoSymbol, config.Frames);

    private static SimilarityHead Checked(ModelConfig config)
    {
        config.Validate();
        return SimilarityHead.Of(config);
    }
}
