using TcMgc.Model.Clip;
using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Temporal;

/// <summary>CLIP4Clip's seqTransf: frames see each other through a transformer with a residual around it.</summary>
internal sealed class TemporalTransformer : TemporalEncoder
{
    [ComponentName(Name = "frame_position_embeddings")]
    private readonly EmbeddingTable _positions;

    [ComponentName(Name = "transformerClip")]
    private readonly Transformer _transformer;

    public TemporalTransformer(Layers layers, ModelConfig config) : base(nameof(TemporalTransformer))
    {
        var (width, heads) = (config.Encoders.Width, config.Encoders.AttentionHeads);
        _positions = new(layers, config.FramePositions, width);
        _transformer = new(layers, width, config.TemporalLayers, heads);
        RegisterComponents();
    }

    /// <summary>Every video has its own mask (docs/decisions.md).</summary>
    public override Tensor forward(Tensor frames, Tensor mask) =>
        _transformer.call(frames.Plus(_positions.First(frames.shape[1])), Transformer.AdditiveMask(mask)).Plus(frames);
}
