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
/// with C·γ·(1 + Wᵀ)·C·x, and texts are fewer than frames. So the first norm is the texts' too, and frames stay as they are read.
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
    public long GramSize =>
        (_keys * _keys) + ((_keys + 1) * (_keys + 1)) + ((_keys + 2) * (_keys + 2)) + (_keys / _heads);

    /// <summary>
    /// Inner products of the vectors of frames [V, N, D] with each other: of the centred ones, of those behind the linear layer,
    /// and of those behind the third norm; each with the constant ones that were added by then. Last, what the first norm scales
    /// each frame by. [V, P].
    /// </summary>
    public Tensor Gram(Tensor frames)
    {
        var centred = Centred(Keys(frames));                                                     // f̃ [V, M, D]
        var scaled = centred * _pooledNorm.weight;                                               // γ·f̃
        var basis = Centred(cat([scaled.Plus(Projected(scaled)), Repeated(Constant, frames)], 1));       // [V, M+1, D]
        var output = cat([basis * _outputNorm.weight, Repeated(_outputNorm.bias!, frames)], 1);          // [V, M+2, D]
        var variance = Centred(frames).square().mean([-1L]);                                     // [V, N]
        return cat([.. new[] { centred, basis, output }.Select(x => x.matmul(x.transpose(1, 2)).flatten(1)),
            variance.Plus(s_epsilon).rsqrt()], 1);
    }

    /// <summary>
    /// Texts [T, Q, D] and frames [V, N, D] with their mask [V, N] of 0/1 and their <see cref="Gram"/>, where it is known → each
    /// video as each of a text's Q vectors sees it, to be compared with others [T, X, D] of the text, and the first one's
    /// attention over frames [T, V, N], averaged over heads.
    /// </summary>
    public (ConditionedVectors Videos, Tensor Attention) Attend(
        Tensor texts, Tensor others, Tensor frames, Tensor mask, Tensor? gram = null)
    {
        long t = texts.shape[0], q = texts.shape[1], d = texts.shape[2];
        var queries = (_norm.call(texts) / _rootOfChannels).view(t * q, d);
        if (_dropout is { } dropout)
        {
            var keys = Keys(frames);                                                             // [V, M = h·N, D]
            var (attention, first) = Attention(keys.matmul(queries.t()), mask, t);
            return (Summed(attention, keys, others, dropout), first);
        }
        gram ??= Gram(frames);
        var (folded, constants) = Folded(others);
        // One product for both: of few columns each, it takes nearly as long as of all.
        var products = WithKeys(frames, gram, cat([queries, folded], 0));                         // [V, M, T·(Q+X)]
        var (weights, firsts) = Attention(products.narrow(2, 0, t * q), mask, t);
        var withOthers = products.narrow(2, t * q, folded.shape[0]);                             // [V, M, T·X]
        var basis = cat([withOthers, constants.expand(frames.shape[0], 2, folded.shape[0])], 1); // [V, M+2, T·X]
        return (new CombinedVectors(Factors(weights, gram, t), basis.view(basis.shape[0], basis.shape[1], t, -1)), firsts);
    }

    /// <summary>
    /// Logits [V, M, T·Q] → the weights of frames [V, M, T·Q], and each text's first [T, V, N], a mean of heads.
    /// </summary>
    private (Tensor Weights, Tensor First) Attention(Tensor logits, Tensor mask, long texts)
    {
        long v = logits.shape[0], m = logits.shape[1], n = m / _heads;
        logits = logits.reshape(v, _heads, n, -1);
        if (_masked)
            logits = logits.Plus(Transformer.AdditiveMask(mask).transpose(2, 3));
        var weights = logits.softmax(2);                                                         // [V, h, N, T·Q]
        var first = weights.mean([1L]).view(v, n, texts, -1).select(3, 0).permute(2, 0, 1);
        return (weights.view(v, m, -1), first);
    }

    /// <summary>Weights of frames [V, M, T·Q] → factors of each pair's vectors [V, M+2, T, Q], which have unit length.</summary>
    private Tensor Factors(Tensor weights, Tensor gram, long texts)
    {
        long v = weights.shape[0], m = weights.shape[1], at = 0;
        var one = ones_like(weights.narrow(1, 0, 1));
        var factors = Normed(weights, Next(m));                                                  // a/σ
        factors = Normed(cat([factors, one], 1), Next(m + 1));
        factors = cat([factors, one], 1);
        factors = factors * SquaredLengths(factors, Next(m + 2)).clamp_min(s_shortest).rsqrt();
        return factors.view(v, m + 2, texts, -1);

        Tensor Next(long vectors)
        {
            var products = gram.narrow(1, at, vectors * vectors).view(v, vectors, vectors);
            at += vectors * vectors;
            return products;
        }
    }

    /// <summary>
    /// Texts [T, X, D] → what the frames behind the first norm have to meet instead [T·X, D], and the products of the two
    /// constants with the texts [2, T·X].
    /// </summary>
    private (Tensor Texts, Tensor Constants) Folded(Tensor texts)
    {
        texts = texts.reshape(-1, texts.shape[2]);
        var scaled = Centred(texts * _outputNorm.weight);
        var projected = scaled.Plus(scaled.matmul(_linear.weight!));
        var ofConstant = projected.matmul(_pooledNorm.bias!).Plus(scaled.matmul(_linear.bias!));         // ⟨C·(β + W·β + b), x⟩
        return (Centred(projected * _pooledNorm.weight), stack([ofConstant, texts.matmul(_outputNorm.bias!)]));
    }

    /// <summary>
    /// Inner products of columns [C, D] with frames [V, N, D] behind the first norm, once for each head: its γ and its centring
    /// are the columns', so that no frame has to be changed. [V, M = h·N, C].
    /// </summary>
    private Tensor WithKeys(Tensor frames, Tensor gram, Tensor columns)
    {
        long v = frames.shape[0], n = frames.shape[1], d = frames.shape[2], c = columns.shape[0];
        columns = EachHeads(columns.unsqueeze(0)).view(_heads * c, d);
        var products = frames.view(v * n, d).matmul(Centred(columns * _norm.weight).t()).view(v, n, _heads, c);
        var scale = gram.narrow(1, gram.shape[1] - n, n).view(v, n, 1, 1);
        products = (products * scale).Plus(columns.matmul(_norm.bias!).view(_heads, c));
        return products.transpose(1, 2).reshape(v, _heads * n, c);
    }

    private DenseVectors Summed(Tensor weights, Tensor keys, Tensor others, Dropout dropout)
    {
        var centred = Centred(keys);
        var scaled = centred * _pooledNorm.weight;
        var factors = Normed(weights, centred.matmul(centred.transpose(1, 2))).transpose(1, 2);                // [V, T·Q, M]
        var normed = factors.matmul(scaled).Plus(_pooledNorm.bias!);                                             // [V, T·Q, D]
        var projected = factors.matmul(Projected(scaled)).Plus(_linear.call(_pooledNorm.bias!));
        var vectors = nn.functional.normalize(_outputNorm.call(normed.Plus(dropout.Apply(projected))), dim: -1);
        return new(vectors.view(vectors.shape[0], others.shape[0], -1, vectors.shape[2]), others);
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

    /// <summary>Frames [V, N, D] behind the first norm, once for each head. [V, M = h·N, D].</summary>
    private Tensor Keys(Tensor frames) => EachHeads(_norm.call(frames)).view(frames.shape[0], -1, frames.shape[2]);

    /// <summary>Vectors [V, N, D] once for each head, with the channels of the others zero. [V, h, N, D].</summary>
    private Tensor EachHeads(Tensor vectors)
    {
        long v = vectors.shape[0], n = vectors.shape[1], d = vectors.shape[2];
        if (_heads == 1)
            return vectors.view(v, 1, n, d);
        var own = eye(_heads, _heads, vectors.dtype, vectors.device).view(1, _heads, 1, _heads, 1);
        return (vectors.view(v, 1, n, _heads, d / _heads) * own).view(v, _heads, n, d);
    }
}
