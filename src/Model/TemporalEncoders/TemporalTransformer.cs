using TcMgc.Model.Clip;
using TcMgc.Model.Graphs;

namespace TcMgc.Model.TemporalEncoders;

/// <summary>CLIP4Clip's seqTransf: frames see each other through a transformer with a residual around it.</summary>
internal static class TemporalTransformer
{
    /// <summary>frames [V, N, D], mask [V, N] of 0/1 → [V, N, D]. Every video has its own mask (docs/decisions.md).</summary>
    public static Tensor Encode(Graph g, ModelConfig config, Tensor frames, Tensor mask)
    {
        var (length, width) = (frames.Shape[1].Factor, config.Clip.EmbeddingWidth);
        var positions = g.Parameter("frame_position_embeddings.weight", config.FramePositions, width);
        var x = frames + g.Slice(positions, 0, 0, length);
        return frames + Transformer.Blocks(g, x, "transformerClip", config.TemporalLayers,
            config.Clip.Text.Width / ClipArchitecture.HeadWidth, Transformer.AdditiveMask(g, mask));
    }
}
