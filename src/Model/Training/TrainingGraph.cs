using TcMgc.Model.Clip;
using TcMgc.Model.Graphs;
using TcMgc.Model.Heads;

namespace TcMgc.Model.Training;

/// <summary>Forward and backward pass over one batch of videos and their captions in a single graph; what is trained is among its inputs.</summary>
internal static class TrainingGraph
{
    public const string Loss = "loss", InfoNce = "info_nce", Sdr = "sdr", GradientPrefix = "grad.";

    /// <summary>
    /// Inputs: <c>rgb</c> [B·N, S, S, 3] bytes, or frozen <c>frames</c> [B, N, D]; <c>mask</c> [B, N];
    /// <c>tokens</c> [K·B, W], or frozen <c>sentence</c> [K·B, D] and <c>words</c> [K·B, W, D]; the trained parameters by their names.
    /// Outputs: <c>loss</c>, <c>info_nce</c>, <c>sdr</c> and <c>grad.*</c>.
    /// </summary>
    public static Graph Build(ModelConfig config, TrainingOptions options)
    {
        config.Validate();
        var g = new Graph(trainable: _ => true) { DropoutRate = (float)options.Dropout };
        int b = options.Batch, n = config.Frames, d = config.Clip.EmbeddingWidth;
        var head = SimilarityHead.Of(config);
        var mask = g.Input(ModelGraphs.Mask, ElementType.Float32, b, n);
        var video = head.Video(g, config, Frames(g, config, options, mask), mask);
        var scores = head.Score(g, config, Text(g, config, options), video);

        var infoNce = Losses.InfoNce(g, scores.Logits);
        var loss = infoNce;
        g.Output(InfoNce, infoNce);
        if (scores.Contrasts is not null && options.SdrWeight > 0)
        {
            var sdr = Losses.SimilarityDecorrelation(g, scores.Contrasts);
            g.Output(Sdr, sdr);
            loss = infoNce + (sdr * (float)options.SdrWeight);
        }
        g.Output(Loss, loss);
        Tensor[] trained = [.. g.Parameters];
        foreach (var (parameter, gradient) in trained.Zip(Gradients.Of(g, loss, trained)))
            if (gradient is not null)
                g.Output(GradientPrefix + parameter.Name, gradient);
        g.DropUnusedInputs();
        return g;
    }

    private static Tensor Frames(Graph g, ModelConfig config, TrainingOptions options, Tensor mask)
    {
        int b = options.Batch, n = config.Frames, d = config.Clip.EmbeddingWidth, side = config.Clip.Vision.ImageSize;
        if (options.Freeze != Freeze.None)
            return g.Input(ModelGraphs.Frames, ElementType.Float32, b, n, d);
        var rgb = g.Input(ModelGraphs.Rgb, ElementType.UInt8, b * n, side, side, 3);
        var frames = ImageEncoder.Encode(g, config.Clip, ImageEncoder.Normalise(g, rgb));
        return g.Reshape(frames, b, n, d) * g.Unsqueeze(mask, -1);   // zero behind the end, as when serving
    }

    private static TextSide Text(Graph g, ModelConfig config, TrainingOptions options)
    {
        int texts = options.Batch * options.CaptionsPerVideo, w = config.Words, d = config.Clip.EmbeddingWidth;
        if (options.Freeze == Freeze.Encoders)
            return new(g.Input(ModelGraphs.Sentence, ElementType.Float32, texts, d), g.Input(ModelGraphs.Words, ElementType.Float32, texts, w, d));
        var (sentence, words) = TextEncoder.Encode(g, config.Clip, g.Input(ModelGraphs.Tokens, ElementType.Int64, texts, w));
        return new(sentence, words);
    }
}
