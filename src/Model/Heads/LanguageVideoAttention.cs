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
/// is p = Σₙ aₙ·fₙ, its centred form p − μ = Σₙ aₙ·f̃ₙ with f̃ₙ = C·fₙ = fₙ − mean(fₙ), and σ² is the mean of its squares. Behind
/// the second norm (γ, β) and the linear layer (W, b) it is Σₙ (aₙ/σ)·(γ·f̃ₙ + W·(γ·f̃ₙ)) + β + W·β + b. The third norm centres
/// and scales these vectors in the same way and adds one, its own β. With several heads, each frame counts once for each head,
/// with the channels of the others zero. Dropout acts on the channels of each pair: in training, vectors are summed up before it.
///
/// Nor does a text change the vectors' inner products with each other, from which the lengths of sums follow: <see cref="Gram"/>
/// is computed once for a video. Inner products with a text x need no vector either: ⟨C·(1 + W)·γ·C·f, x⟩ is that of the frame
/// with C·γ·(1 + Wᵀ)·C·x, and texts are fewer than frames.
/// </remarks>
internal sealed class LanguageVideoAttention : nn.Module
{
    private static readonly Scalar s_epsilon = 1e-5.ToScalar(), s_shortest = 1e-24.ToScalar();

    private readonly Scalar _rootOfChannels, _width;
    private readonly long _heads, _keys;
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
        _keys = _heads * config.Frames;
        _norm = layers.LayerNorm(width);
        _pooledNorm = layers.LayerNorm(width);
        _linear = layers.Linear(width, width);
        _outputNorm = layers.LayerNorm(width);
        _dropout = layers.Dropout;
        RegisterComponents();
    }

    /// <summary>P: numbers of <see cref="Gram"/> for a video.</summary>
    public long GramSize => (_keys * _keys) + ((_keys + 1) * (_keys + 1)) + ((_keys + 2) * (_keys + 2));

    /// <summary>
    /// Inner products of the vectors of frames [V, N, D] with each other: of the centred ones, of those behind the linear layer,
    /// and of those behind the third norm; each with the constant ones that were added by then. [V, P].
    /// </summary>
    public Tensor Gram(Tensor frames)
    {
        var centred = Centred(Keys(frames));                                                     // f̃ [V, M, D]
        var scaled = centred * _pooledNorm.weight;                                               // γ·f̃
        var basis = Centred(cat([scaled.Plus(Projected(scaled)), Repeated(Constant, frames)], 1));       // [V, M+1, D]
        var output = cat([basis * _outputNorm.weight, Repeated(_outputNorm.bias!, frames)], 1);          // [V, M+2, D]
        return cat([.. new[] { centred, basis, output }.Select(x => x.matmul(x.transpose(1, 2)).flatten(1))], 1);
    }

    /// <summary>
    /// Texts [T, Q, D] and frames [V, N, D] with their mask [V, N] of 0/1 and their <see cref="Gram"/>, where it is known → each
    /// video as each of a text's Q vectors sees it, and the first one's attention over frames [T, V, N], averaged over heads.
    /// </summary>
    public (ConditionedVectors Videos, Tensor Attention) Attend(Tensor texts, Tensor frames, Tensor mask, Tensor? gram = null)
    {
        long t = texts.shape[0], q = texts.shape[1], v = frames.shape[0], n = frames.shape[1], d = frames.shape[2],
            m = _heads * n;
        var keys = Keys(frames);                                                                 // [V, M = h·N, D]
        var queries = (_norm.call(texts) / _rootOfChannels).view(t * q, d);
        var logits = keys.view(v * m, d).matmul(queries.t()).view(v, _heads, n, t * q);
        if (_masked)
            logits = logits.Plus(Transformer.AdditiveMask(mask).transpose(2, 3));
        var attention = logits.softmax(2);                                                       // [V, h, N, T·Q]
        var first = attention.mean([1L]).view(v, n, t, q).select(3, 0).permute(2, 0, 1);
        attention = attention.view(v, m, t * q);
        return (_dropout is { } dropout
            ? Summed(attention, keys, t, dropout) : Combined(attention, keys, gram ?? Gram(frames), t), first);
    }

    private CombinedVectors Combined(Tensor attention, Tensor keys, Tensor gram, long texts)
    {
        long v = keys.shape[0], m = keys.shape[1], columns = attention.shape[2], at = 0;
        var one = ones_like(attention.narrow(1, 0, 1));
        var factors = Normed(attention, Next(m));                                                // a/σ [V, M, T·Q]
        factors = Normed(cat([factors, one], 1), Next(m + 1));
        factors = cat([factors, one], 1);                                                        // [V, M+2, T·Q]
        factors = factors * SquaredLengths(factors, Next(m + 2)).clamp_min(s_shortest).rsqrt();
        return new(factors.view(v, -1, texts, columns / texts), others => WithTexts(keys, others));

        Tensor Next(long vectors)
        {
            var products = gram.narrow(1, at, vectors * vectors).view(v, vectors, vectors);
            at += vectors * vectors;
            return products;
        }
    }

    /// <summary>Inner products of what sums are made of with texts [T, X, D]. [V, M+2, T, X].</summary>
    private Tensor WithTexts(Tensor keys, Tensor texts)
    {
        long v = keys.shape[0], m = keys.shape[1], d = keys.shape[2], t = texts.shape[0], x = texts.shape[1];
        var scaled = Centred(texts * _outputNorm.weight).view(t * x, d);
        var folded = Centred(scaled.Plus(scaled.matmul(_linear.weight!)) * _pooledNorm.weight);
        var ofKeys = keys.view(v * m, d).matmul(folded.t()).view(v, m, t, x);
        var constants = stack([scaled.matmul(Constant), texts.view(t * x, d).matmul(_outputNorm.bias!)]);        // [2, T·X]
        return cat([ofKeys, constants.view(1, 2, t, x).expand(v, 2, t, x)], 1);
    }

    private DenseVectors Summed(Tensor attention, Tensor keys, long texts, Dropout dropout)
    {
        var centred = Centred(keys);
        var scaled = centred * _pooledNorm.weight;
        var factors = Normed(attention, centred.matmul(centred.transpose(1, 2))).transpose(1, 2);                // [V, T·Q, M]
        var normed = factors.matmul(scaled).Plus(_pooledNorm.bias!);                                             // [V, T·Q, D]
        var projected = factors.matmul(Projected(scaled)).Plus(_linear.call(_pooledNorm.bias!));
        var vectors = nn.functional.normalize(_outputNorm.call(normed.Plus(dropout.Apply(projected))), dim: -1);
        return new(vectors.view(vectors.shape[0], texts, -1, vectors.shape[2]));
    }

    /// <summary>β + W·β + b: what the linear layer makes of the second norm's β. [D].</summary>
    private Tensor Constant => _pooledNorm.bias!.Plus(_linear.call(_pooledNorm.bias!));

    /// <summary>A vector once for each video of frames [V, N, D]. [V, 1, D].</summary>
    private static Tensor Repeated(Tensor vector, Tensor frames) => vector.expand(frames.shape[0], 1, frames.shape[2]);

    /// <summary>W·x, most of the work of a <see cref="Gram"/>.</summary>
    private Tensor Projected(Tensor x) =>
        x.flatten(0, 1).to_type(_products).matmul(_linear.weight!.to_type(_products).t()).to_type(x.dtype).view(x.shape);

    private static Tensor Centred(Tensor x) => x - x.mean([-1L], keepdim: true);

    /// <summary>
    /// Factors of sums [V, K, C], such that each sum of centred vectors, of inner products [V, K, K], has variance 1.
    /// </summary>
    private Tensor Normed(Tensor factors, Tensor products) =>
        factors * (SquaredLengths(factors, products) / _width).Plus(s_epsilon).rsqrt();

    /// <summary>‖Σₖ factorsₖ·vectorsₖ‖² of factors [V, K, C] and the vectors' inner products [V, K, K]. [V, 1, C].</summary>
    private static Tensor SquaredLengths(Tensor factors, Tensor products) =>
        (products.matmul(factors) * factors).sum(1, keepdim: true);

    /// <summary>
    /// Frames [V, N, D] behind the first norm, once for each head, with the channels of the others zero. [V, M = h·N, D].
    /// </summary>
    private Tensor Keys(Tensor frames)
    {
        frames = _norm.call(frames);
        if (_heads == 1)
            return frames;
        long v = frames.shape[0], n = frames.shape[1], d = frames.shape[2];
        var own = eye(_heads, _heads, frames.dtype, frames.device).view(1, _heads, 1, _heads, 1);
        return (frames.view(v, 1, n, _heads, d / _heads) * own).view(v, _heads * n, d);
    }
}
