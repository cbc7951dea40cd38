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
/// What follows the attention meets every frame once instead of every pooled vector. A pooled vector is p = Σₙ aₙ·fₙ, its centred
/// form p − μ = Σₙ aₙ·f̃ₙ with f̃ₙ = fₙ − mean(fₙ), and its variance σ² = a·K·a with K = f̃·f̃ᵀ/D. With the second norm
/// LN(p) = γ·(p − μ)/σ + β: LN(p) + W·LN(p) + b = Σₙ (aₙ/σ)·(γ·f̃ₙ + W·(γ·f̃ₙ)) + β + W·β + b. With several heads, each frame
/// counts once for each head, with the channels of the others zero.
/// </remarks>
internal sealed class LanguageVideoAttention : nn.Module
{
    private static readonly Scalar s_epsilon = 1e-5.ToScalar();

    private readonly Scalar _rootOfChannels, _width;
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
        (_rootOfChannels, _width) = (Math.Sqrt(width / _heads).ToScalar(), width.ToScalar());
        _norm = layers.LayerNorm(width);
        _pooledNorm = layers.LayerNorm(width);
        _linear = layers.Linear(width, width);
        _outputNorm = layers.LayerNorm(width);
        _dropout = layers.Dropout;
        RegisterComponents();
    }

    /// <summary>What of videos no text changes, h heads of c channels.</summary>
    /// <param name="Keys">[h, c, V·N]: normed frames.</param>
    /// <param name="Gram">[V, h·N, h·N]: K.</param>
    /// <param name="Scaled">[V, h·N, D]: γ·f̃.</param>
    /// <param name="Projected">[V, h·N, D]: W·(γ·f̃).</param>
    /// <param name="Mask">[V, 1, 1, N], to be added to logits; null for none.</param>
    public sealed record Frames(Tensor Keys, Tensor Gram, Tensor Scaled, Tensor Projected, Tensor? Mask);

    /// <summary>frames [V, N, D], mask [V, N] of 0/1.</summary>
    public Frames Prepare(Tensor frames, Tensor mask)
    {
        long v = frames.shape[0], n = frames.shape[1], d = frames.shape[2], c = d / _heads;
        var normed = _norm.call(frames);                                                         // [V, N, D]
        var keys = normed.view(v * n, _heads, c).permute(1, 2, 0);                               // [h, c, V·N]
        var single = _heads == 1 ? normed : OfEachHead(normed);                                  // [V, h·N, D]
        var centred = single - single.mean([-1L], keepdim: true);
        var gram = centred.matmul(centred.transpose(1, 2)) / _width;
        var scaled = centred * _pooledNorm.weight;
        var projected = scaled.view(-1, d).matmul(_linear.weight!.t()).view(v, _heads * n, d);
        return new(keys, gram, scaled, projected, _masked ? Transformer.AdditiveMask(mask) : null);
    }

    /// <summary>
    /// Texts [T, Q, D] → videos as each of them sees them [V, T, Q, D], and the first query's attention over frames [T, V, N],
    /// averaged over heads.
    /// </summary>
    public (Tensor Conditioned, Tensor Attention) Attend(Tensor texts, Frames frames)
    {
        long t = texts.shape[0], q = texts.shape[1], d = texts.shape[2], c = d / _heads, v = frames.Gram.shape[0];
        var queries = (_norm.call(texts) / _rootOfChannels).view(t * q, _heads, c).transpose(0, 1);              // [h, T·Q, c]
        var logits = queries.matmul(frames.Keys).view(_heads, t * q, v, -1).permute(2, 1, 0, 3);                 // [V, T·Q, h, N]
        var attention = (frames.Mask is null ? logits : logits.Plus(frames.Mask)).softmax(-1);

        var a = attention.flatten(2);                                                                            // [V, T·Q, h·N]
        var variance = (a.matmul(frames.Gram) * a).sum(-1, keepdim: true);                                       // σ² [V, T·Q, 1]
        a = a * variance.Plus(s_epsilon).rsqrt();
        var bias = nn.functional.linear(_pooledNorm.bias!, _linear.weight!, _linear.bias);                       // W·β + b [D]
        var pooled = _dropout is null
            ? a.matmul(frames.Scaled.Plus(frames.Projected)).Add(_pooledNorm.bias!.Plus(bias))                   // [V, T·Q, D]
            : a.matmul(frames.Scaled).Plus(_pooledNorm.bias!).Plus(_dropout.Apply(a.matmul(frames.Projected).Plus(bias)));

        var firsts = attention.mean([2L]).view(v, t, q, -1).select(2, 0).transpose(0, 1);                        // [T, V, N]
        return (_outputNorm.call(pooled).view(v, t, q, d), firsts);
    }

    /// <summary>Frames [V, N, D] once for each head, with the channels of the others zero. [V, h·N, D].</summary>
    private Tensor OfEachHead(Tensor frames)
    {
        long v = frames.shape[0], n = frames.shape[1], d = frames.shape[2];
        var own = eye(_heads, _heads, frames.dtype, frames.device).view(1, _heads, 1, _heads, 1);
        return (frames.view(v, 1, n, _heads, d / _heads) * own).view(v, _heads * n, d);
    }
}
