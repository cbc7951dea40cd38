using TcMgc.Model.Clip;
using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Dropout = TcMgc.Model.Compute.Dropout;
using Transformer = TcMgc.Model.Clip.Transformer;

namespace TcMgc.Model.Heads;

/// <summary>
/// LVA of TC-MGC: a text attends over the frames of a video. One layer norm for both sides, no projections; a second norm, a
/// residual linear layer, a third norm. Padding is masked or, as published, not.
/// </summary>
/// <remarks>
/// The linear layer meets every frame once instead of every pooled vector. With a pooled vector p = Σₙ aₙ·fₙ and the second norm
/// LN(p) = γ·(p − μ)/σ + β: W·LN(p) + b = (Σₙ aₙ·W_γ·fₙ − μ·W_γ·1)/σ + W·β + b, where W_γ = W·diag(γ).
/// </remarks>
internal sealed class LanguageVideoAttention : nn.Module
{
    private static readonly Scalar s_epsilon = 1e-5.ToScalar();

    private readonly Scalar _rootOfChannels;
    private readonly long _heads;
    private readonly bool _masked;

    [ComponentName(Name = "layer_norm1")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "layer_norm2")]
    private readonly LayerNorm _pooledNorm;

    [ComponentName(Name = "linear_proj")]
    private readonly Linear _linear;

    [ComponentName(Name = "layer_norm3")]
    private readonly LayerNorm _outputNorm;

    private readonly Dropout? _dropout;

    public LanguageVideoAttention(Layers layers, ModelConfig config) : base(nameof(LanguageVideoAttention))
    {
        var width = config.Clip.EmbeddingWidth;
        (_heads, _masked) = (config.AttentionHeads, config.MaskedAttention);
        _rootOfChannels = Math.Sqrt(width / _heads).ToScalar();
        _norm = layers.LayerNorm(width);
        _pooledNorm = layers.LayerNorm(width);
        _linear = layers.Linear(width, width);
        _outputNorm = layers.LayerNorm(width);
        _dropout = layers.Dropout;
        RegisterComponents();
    }

    /// <summary>What of videos no text changes.</summary>
    /// <param name="Normed">[V, h, N, c]: normed frames, h heads of c channels.</param>
    /// <param name="Projected">[V, h·N, D]: each head's part of W_γ times them.</param>
    /// <param name="Mask">[V, 1, 1, N], to be added to logits; null for none.</param>
    public sealed record Frames(Tensor Normed, Tensor Projected, Tensor? Mask);

    /// <summary>frames [V, N, D], mask [V, N] of 0/1.</summary>
    public Frames Prepare(Tensor frames, Tensor mask)
    {
        long v = frames.shape[0], n = frames.shape[1], d = frames.shape[2], c = d / _heads;
        var normed = _norm.call(frames).view(v, n, _heads, c).transpose(1, 2);                   // [V, h, N, c]
        var weight = (_linear.weight * _pooledNorm.weight).t().view(_heads, c, d);               // [h, c, D]
        var projected = _heads == 1
            ? normed.reshape(v * n, d).matmul(weight[0])
            : normed.matmul(weight);                                                             // [V, h, N, D]
        return new(normed, projected.view(v, _heads * n, d), _masked ? Transformer.AdditiveMask(mask) : null);
    }

    /// <summary>
    /// Texts [T, Q, D] → videos as each of them sees them [V, T, Q, D], and the first query's attention over frames [T, V, N],
    /// averaged over heads.
    /// </summary>
    public (Tensor Conditioned, Tensor Attention) Attend(Tensor texts, Frames frames)
    {
        long t = texts.shape[0], q = texts.shape[1], d = texts.shape[2], c = d / _heads;
        long v = frames.Normed.shape[0], n = frames.Normed.shape[2];
        var queries = (_norm.call(texts) / _rootOfChannels).view(t * q, _heads, c).transpose(0, 1);                 // [h, T·Q, c]
        var keys = frames.Normed.permute(1, 3, 0, 2).reshape(_heads, c, v * n);                                  // [h, c, V·N]
        var logits = queries.matmul(keys).view(_heads, t * q, v, n).permute(2, 0, 1, 3);                         // [V, h, T·Q, N]
        var attention = (frames.Mask is null ? logits : logits + frames.Mask).softmax(-1);

        var pooled = attention.matmul(frames.Normed).transpose(1, 2).reshape(v, t * q, d);                       // [V, T·Q, D]
        var projected = attention.transpose(1, 2).reshape(v, t * q, _heads * n).matmul(frames.Projected);        // Σₙ aₙ·W_γ·fₙ
        var (variance, mean) = pooled.var_mean([-1L], unbiased: false, keepdim: true);                           // [V, T·Q, 1]
        var ones = _linear.weight.matmul(_pooledNorm.weight);                                                    // W_γ·1 [D]
        var linear = ((projected - (mean * ones)) * (variance + s_epsilon).rsqrt()) + nn.functional.linear(_pooledNorm.bias!, _linear.weight, _linear.bias);
        var output = _outputNorm.call(_pooledNorm.call(pooled) + (_dropout?.Apply(linear) ?? linear));

        var firsts = attention.mean([1]).view(v, t, q, n).select(2, 0).transpose(0, 1);                          // [T, V, N]
        return (output.view(v, t, q, d), firsts);
    }
}
