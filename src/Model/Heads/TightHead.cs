using TcMgc.Model.Clip;
using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Transformer = TcMgc.Model.Clip.Transformer;

namespace TcMgc.Model.Heads;

/// <summary>
/// The tight type: one pass of a cross transformer over [sentence, frames] for every pair, with excitation before it or not.
/// </summary>
internal sealed class TightHead : HeadModule
{
    [ComponentName(Name = "se_block_excitation")]
    private readonly Gate? _excitation;

    [ComponentName(Name = "cross")]
    private readonly CrossEncoder _cross;

    [ComponentName(Name = "similarity_dense")]
    private readonly Linear _similarity;

    public TightHead(Layers layers, ModelConfig config, bool excitation) : base(nameof(TightHead), layers)
    {
        if (excitation)
            _excitation = new(layers, config.Frames, config.ExcitationHidden, bounded: false);
        _cross = new(layers, config);
        _similarity = layers.Linear(config.Encoders.Width, 1);
        RegisterComponents();
    }

    public override VideoSide Video(Tensor frames, Tensor mask)
    {
        var x = _excitation?.Excite(frames) ?? frames;
        return new(Unit(Mean(Unit(x), mask)), x, mask);
    }

    public override PairScores Score(TextSide text, VideoSide video)
    {
        var (t, v) = (text.Sentence.shape[0], video.Features.shape[0]);
        long n = video.Features.shape[1], d = video.Features.shape[2];
        var sentences = text.Sentence.view(t, 1, 1, d).expand(t, v, 1, d);
        var pairs = cat([sentences, video.Features.unsqueeze(0).expand(t, v, n, d)], 2);         // [T, V, N+1, D]
        var seen = cat([ones_like(video.Mask.narrow(1, 0, 1)), video.Mask], 1).repeat(t, 1);     // [T·V, N+1]
        var pooled = _cross.call(pairs.view(t * v, n + 1, d), seen);                             // [T·V, D]
        return new(_similarity.call(pooled).view(t, v));
    }
}

/// <summary>
/// CLIP4Clip's cross transformer: sequences [B, L, D] and what of them is there [B, L] → [B, D], pooled at the first position.
/// </summary>
internal sealed class CrossEncoder : nn.Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "embeddings/position_embeddings")]
    private readonly EmbeddingTable _positions;

    [ComponentName(Name = "transformer")]
    private readonly Transformer _transformer;

    [ComponentName(Name = "pooler/ln_pool")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "pooler/dense")]
    private readonly Linear _dense;

    public CrossEncoder(Layers layers, ModelConfig config) : base(nameof(CrossEncoder))
    {
        var (width, heads) = (config.Encoders.Width, config.Encoders.AttentionHeads);
        _positions = new(layers, config.CrossPositions, width);
        _transformer = new(layers, width, config.CrossLayers, heads);
        _norm = layers.LayerNorm(width);
        _dense = layers.Linear(width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor seen)
    {
        x = _transformer.call(x.Plus(_positions.First(x.shape[1])), Transformer.AdditiveMask(seen));
        return Perceptron.QuickGelu(_dense.call(_norm.call(x.select(1, 0))));
    }
}
