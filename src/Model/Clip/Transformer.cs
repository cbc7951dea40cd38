using TcMgc.Model.Graphs;

namespace TcMgc.Model.Clip;

/// <summary>The pre-norm transformer of CLIP, shared by its two towers, the temporal encoder and the cross encoder.</summary>
internal static class Transformer
{
    /// <summary>Additive mask value of the published code for what attention must not see.</summary>
    public const float Masked = -1_000_000f;

    /// <summary>Residual blocks one after the other: x [B, L, C]; the mask adds to the logits [B, heads, L, L] by broadcasting.</summary>
    public static Tensor Blocks(Graph g, Tensor x, string name, int layers, int heads, Tensor? mask = null)
    {
        for (var layer = 0; layer < layers; layer++)
            x = ResidualBlock(g, x, $"{name}.resblocks.{layer}", heads, mask);
        return x;
    }

    /// <summary>Layer normalisation by the weight and bias of this name.</summary>
    public static Tensor LayerNorm(Graph g, Tensor x, string name) =>
        g.LayerNorm(x, g.Parameter(name + ".weight", x.Shape[^1]), g.Parameter(name + ".bias", x.Shape[^1]));

    /// <summary>Linear layer by the weight [out, in] and bias of this name.</summary>
    public static Tensor Linear(Graph g, Tensor x, string name, Dim width) =>
        g.Linear(x, g.Parameter(name + ".weight", width, x.Shape[^1]), g.Parameter(name + ".bias", width));

    /// <summary>0 where a 0/1 mask [V, N] shows a frame and −1e6 where it hides one, as [V, 1, 1, N].</summary>
    public static Tensor AdditiveMask(Graph g, Tensor mask) =>
        g.Reshape((mask - g.Constant(1f)) * -Masked, mask.Shape[0], 1, 1, mask.Shape[1]);

    private static Tensor ResidualBlock(Graph g, Tensor x, string name, int heads, Tensor? mask)
    {
        x += SelfAttention(g, LayerNorm(g, x, name + ".ln_1"), name + ".attn", heads, mask);
        var hidden = g.QuickGelu(Linear(g, LayerNorm(g, x, name + ".ln_2"), name + ".mlp.c_fc", x.Shape[^1] * 4));
        return x + Linear(g, hidden, name + ".mlp.c_proj", x.Shape[^1]);
    }

    private static Tensor SelfAttention(Graph g, Tensor x, string name, int heads, Tensor? mask)
    {
        var (batch, length, width) = (x.Shape[0], x.Shape[1], x.Shape[2].Factor);
        var channels = width / heads;
        var qkv = g.Linear(x, g.Parameter(name + ".in_proj_weight", 3 * width, width), g.Parameter(name + ".in_proj_bias", 3 * width));
        var parts = g.Split(qkv, -1, 3);
        var q = Heads(parts[0] * (1f / MathF.Sqrt(channels)), 0, 2, 1, 3);                // [B, heads, L, C/heads]
        var k = Heads(parts[1], 0, 2, 3, 1);                                              // [B, heads, C/heads, L]
        var v = Heads(parts[2], 0, 2, 1, 3);                                              // [B, heads, L, C/heads]
        var logits = g.MatMul(q, k);                                                      // [B, heads, L, L]
        if (mask is not null)
            logits += mask;
        var y = g.Transpose(g.MatMul(g.Softmax(logits), v), 0, 2, 1, 3);                  // [B, L, heads, C/heads]
        return Linear(g, g.Reshape(y, batch, length, width), name + ".out_proj", width);

        Tensor Heads(Tensor t, params int[] order) => g.Transpose(g.Reshape(t, batch, length, heads, channels), order);
    }
}
