using TcMgc.Model.Clip;
using TcMgc.Model.Graphs;

namespace TcMgc.Model.Heads;

/// <summary>How frames [V, N, D] become one vector [V, D]: the masked mean, and the excitation and aggregation blocks of the study.</summary>
internal static class Pooling
{
    /// <summary>Mean over the frames that the mask [V, N] shows.</summary>
    public static Tensor Mean(Graph g, Tensor frames, Tensor mask)
    {
        var shown = g.Sum(mask, 1, keep: true);
        var count = shown + g.Cast(g.EqualTo(shown, g.Constant(0f)), ElementType.Float32);       // an empty video is not divided by 0
        return g.Sum(frames * g.Unsqueeze(mask, -1), 1) / count;
    }

    /// <summary>Excitation: every frame scaled by its own sigmoid gate. [V, N, D] → [V, N, D].</summary>
    public static Tensor Excitation(Graph g, ModelConfig config, Tensor frames)
    {
        var gate = Gate(g, frames, "se_block_excitation", config.ExcitationHidden, bounded: config.ExcitationHidden > config.Frames);
        return frames * g.Unsqueeze(g.Sigmoid(gate), -1);
    }

    /// <summary>Aggregation: frames compete through a softmax over their gates. [V, N, D] → [V, D].</summary>
    /// <param name="g">The graph.</param>
    /// <param name="config">Sizes of the gate.</param>
    /// <param name="frames">Frames of every video.</param>
    /// <param name="bounded">Whether the gate's activation is ReLU6, as behind a temporal encoder; an expanding gate has it always.</param>
    public static Tensor Aggregation(Graph g, ModelConfig config, Tensor frames, bool bounded)
    {
        var gate = Gate(g, frames, "se_block_aggregation", config.AggregationHidden, bounded || config.AggregationHidden > config.Frames);
        return g.Select(g.MatMul(g.Unsqueeze(g.Softmax(gate), 1), frames), 1, 0);
    }

    /// <summary>FC₂(act(FC₁(mean over D))): N → N/r → N. [V, N].</summary>
    private static Tensor Gate(Graph g, Tensor frames, string name, int hidden, bool bounded)
    {
        var length = frames.Shape[1].Factor;
        var h = Transformer.Linear(g, g.Mean(frames, -1), name + ".fc.0", hidden > 0 ? hidden : Math.Max(1, length / 2));
        return Transformer.Linear(g, bounded ? g.Relu6(h) : g.Relu(h), name + ".fc.2", length);
    }
}
