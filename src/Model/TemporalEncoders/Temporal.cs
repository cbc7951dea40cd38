using TcMgc.Model.Graphs;

namespace TcMgc.Model.TemporalEncoders;

/// <summary>The temporal encoder in front of a head.</summary>
internal enum Temporal
{
    /// <summary>meanP: frames as they are.</summary>
    None,

    /// <summary>seqTransf.</summary>
    Transformer,

    /// <summary>seqLSTM.</summary>
    Lstm,
}

/// <summary>Applies a temporal encoder by its kind.</summary>
internal static class TemporalExtensions
{
    /// <summary>frames [V, N, D], mask [V, N] → [V, N, D].</summary>
    public static Tensor Encode(this Temporal kind, Graph g, ModelConfig config, Tensor frames, Tensor mask) => kind switch
    {
        Temporal.Transformer => TemporalTransformer.Encode(g, config, frames, mask),
        Temporal.Lstm => TemporalLstm.Encode(g, config, frames, mask),
        _ => frames,
    };
}
