using TcMgc.Model.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Temporal;

/// <summary>Which temporal encoder stands in front of a head.</summary>
internal enum TemporalKind
{
    /// <summary>meanP: frames as they are.</summary>
    None,

    /// <summary>seqTransf.</summary>
    Transformer,

    /// <summary>seqLSTM.</summary>
    Lstm,
}

/// <summary>Frames that know of each other. frames [V, N, D], mask [V, N] of 0/1, ones first → [V, N, D].</summary>
internal abstract class TemporalEncoder(string name) : nn.Module<Tensor, Tensor, Tensor>(name)
{
    /// <summary>The encoder of a kind; null for none.</summary>
    public static TemporalEncoder? Of(TemporalKind kind, Layers layers, ModelConfig config) => kind switch
    {
        TemporalKind.Transformer => new TemporalTransformer(layers, config),
        TemporalKind.Lstm => new TemporalLstm(layers, config),
        _ => null,
    };
}
