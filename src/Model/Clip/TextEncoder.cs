using TcMgc.Model.Graphs;

namespace TcMgc.Model.Clip;

/// <summary>CLIP's causal text transformer.</summary>
internal static class TextEncoder
{
    /// <summary>Tokens [T, W] int64, zero padded, the end token having the highest id → the sentence [T, D] at the end token and
    /// the words [T, W, D] at every position, padding included; neither is normalised.</summary>
    public static (Tensor Sentence, Tensor Words) Encode(Graph g, ClipArchitecture clip, Tensor tokens)
    {
        var (text, length) = (clip.Text, (int)tokens.Shape[1].Factor);
        var table = g.Parameter("clip.token_embedding.weight", text.Vocabulary, text.Width);
        var positions = g.Parameter("clip.positional_embedding", text.Context, text.Width);

        var x = g.Gather(table, tokens) + g.Slice(positions, 0, 0, length);                      // [T, W, C]
        x = Transformer.Blocks(g, x, "clip.transformer", text.Layers, text.Width / ClipArchitecture.HeadWidth, CausalMask(g, length));
        x = Transformer.LayerNorm(g, x, "clip.ln_final");
        var words = g.MatMul(x, g.Parameter("clip.text_projection", text.Width, clip.EmbeddingWidth));

        var isEnd = g.EqualTo(g.Constant(Range(length), 1, length), g.ArgMaxLast(tokens));       // [T, W]
        var pick = g.Unsqueeze(g.Cast(isEnd, ElementType.Float32), 1);                           // [T, 1, W]
        return (g.Select(g.MatMul(pick, words), 1, 0), words);
    }

    /// <summary>[W, W]: position i does not see those after it.</summary>
    private static Tensor CausalMask(Graph g, int length)
    {
        var mask = new float[length * length];
        for (var i = 0; i < length; i++)
            mask.AsSpan((i * length) + i + 1, length - i - 1).Fill(float.NegativeInfinity);
        return g.Constant(mask, length, length);
    }

    private static long[] Range(int length) => [.. Enumerable.Range(0, length).Select(i => (long)i)];
}
