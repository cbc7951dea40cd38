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
/// residual linear layer, a third norm; then unit length. Padding is masked or, as published, not.
/// </summary>
/// <remarks>
/// What a text sees of a video is a sum of a few vectors that no text changes; only their factors depend on it. A pooled vector
/// is p = Σₙ aₙ·fₙ, its centred form p − μ = Σₙ aₙ·f̃ₙ with f̃ₙ = fₙ − mean(fₙ), and σ² is the mean of its squares. Behind the
/// second norm (γ, β) and the linear layer (W, b) it is Σₙ (aₙ/σ)·(γ·f̃ₙ + W·(γ·f̃ₙ)) + β + W·β + b. The third norm centres and
/// scales these vectors in the same way and adds one, its own β. With several heads, each frame counts once for each head, with
/// the channels of the others zero. Dropout acts on the channels of each pair: in training, vectors are summed up before it.
/// </remarks>
internal sealed class LanguageVideoAttention : nn.Module
{
    private static readonly Scalar s_epsilon = 1e-5.ToScalar(), s_shortest = 1e-24.ToScalar();

    private readonly Scalar _rootOfChannels, _width;
    private readonly long _heads;
    private readonly bool _masked;
    private readonly ScalarType _products;

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
        var width = config.Encoders.Width;
        (_heads, _masked, _products) = (config.AttentionHeads, config.MaskedAttention, layers.Products ?? layers.Type);
        (_rootOfChannels, _width) = (Math.Sqrt(width / _heads).ToScalar(), width.ToScalar());
        _norm = layers.LayerNorm(width);
        _pooledNorm = layers.LayerNorm(width);
        _linear = layers.Linear(width, width);
        _outputNorm = layers.LayerNorm(width);
        _dropout = layers.Dropout;
        RegisterComponents();
    }

    /// <summary>
    /// Texts [T, Q, D] and frames [V, N, D] with their mask [V, N] of 0/1 → each video as each of a text's Q vectors sees it, and
    /// the first one's attention over frames [T, V, N], averaged over heads.
    /// </summary>
    public (ConditionedVectors Videos, Tensor Attention) Attend(Tensor texts, Tensor frames, Tensor mask)
    {
        long t = texts.shape[0], q = texts.shape[1], v = frames.shape[0], n = frames.shape[1], d = frames.shape[2],
            m = _heads * n;
        var keys = OfEachHead(_norm.call(frames));                                               // [V, M = h·N, D]
        var queries = (_norm.call(texts) / _rootOfChannels).view(t * q, d);
        var logits = keys.view(v * m, d).matmul(queries.t()).view(v, _heads, n, t * q);
        if (_masked)
            logits = logits.Plus(Transformer.AdditiveMask(mask).transpose(2, 3));
        var attention = logits.softmax(2);                                                       // [V, h, N, T·Q]

        var centred = Centred(keys);                                                             // f̃ [V, M, D]
        var scaled = centred * _pooledNorm.weight;                                               // γ·f̃
        var factors = Normed(attention.view(v, m, t * q), centred);                              // a/σ [V, M, T·Q]
        var first = attention.mean([1L]).view(v, n, t, q).select(3, 0).permute(2, 0, 1);
        return (_dropout is null ? Combined(factors, scaled, t) : Summed(factors, scaled, t, _dropout), first);
    }

    private CombinedVectors Combined(Tensor factors, Tensor scaled, long texts)
    {
        long v = scaled.shape[0], d = scaled.shape[2], columns = factors.shape[2];
        var one = ones_like(factors.narrow(1, 0, 1));
        var constant = _pooledNorm.bias!.Plus(_linear.call(_pooledNorm.bias!));
        var basis = Centred(cat([scaled.Plus(Projected(scaled)), constant.expand(v, 1, d)], 1));                 // [V, M+1, D]
        factors = Normed(cat([factors, one], 1), basis);

        basis = cat([basis * _outputNorm.weight, _outputNorm.bias!.expand(v, 1, d)], 1);                         // [V, M+2, D]
        factors = cat([factors, one], 1);
        factors = factors * SquaredLengths(factors, basis).clamp_min(s_shortest).rsqrt();
        return new(factors.view(v, -1, texts, columns / texts), basis);
    }

    private DenseVectors Summed(Tensor factors, Tensor scaled, long texts, Dropout dropout)
    {
        factors = factors.transpose(1, 2);                                                                       // [V, T·Q, M]
        var normed = factors.matmul(scaled).Plus(_pooledNorm.bias!);                                             // [V, T·Q, D]
        var projected = factors.matmul(Projected(scaled)).Plus(_linear.call(_pooledNorm.bias!));
        var vectors = nn.functional.normalize(_outputNorm.call(normed.Plus(dropout.Apply(projected))), dim: -1);
        return new(vectors.view(vectors.shape[0], texts, -1, vectors.shape[2]));
    }

    /// <summary>W·x, most of the work of a search's candidates.</summary>
    private Tensor Projected(Tensor x) =>
        x.flatten(0, 1).to_type(_products).matmul(_linear.weight!.to_type(_products).t()).to_type(x.dtype).view(x.shape);

    private static Tensor Centred(Tensor x) => x - x.mean([-1L], keepdim: true);

    /// <summary>Factors of sums [V, K, C], such that each sum of the centred vectors [V, K, D] has variance 1.</summary>
    private Tensor Normed(Tensor factors, Tensor centred) =>
        factors * (SquaredLengths(factors, centred) / _width).Plus(s_epsilon).rsqrt();

    /// <summary>‖Σₖ factorsₖ·vectorsₖ‖² of factors [V, K, C] and vectors [V, K, D]. [V, 1, C].</summary>
    private static Tensor SquaredLengths(Tensor factors, Tensor vectors) =>
        (vectors.matmul(vectors.transpose(1, 2)).matmul(factors) * factors).sum(1, keepdim: true);

    /// <summary>Frames [V, N, D] once for each head, with the channels of the others zero. [V, h·N, D].</summary>
    private Tensor OfEachHead(Tensor frames)
    {
        if (_heads == 1)
            return frames;
        long v = frames.shape[0], n = frames.shape[1], d = frames.shape[2];
        var own = eye(_heads, _heads, frames.dtype, frames.device).view(1, _heads, 1, _heads, 1);
        return (frames.view(v, 1, n, _heads, d / _heads) * own).view(v, _heads * n, d);
    }
}
