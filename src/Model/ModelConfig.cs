using System.Text.Json.Serialization;

namespace TcMgc.Model;

/// <summary>Everything that fixes a model's graphs and the names and shapes of its parameters.</summary>
public sealed record ModelConfig
{
    /// <summary>The CLIP that encodes frames and text.</summary>
    public required ClipArchitecture Clip { get; init; }

    /// <summary>Name of the similarity head, one of <c>Heads.SimilarityHead.All</c>: <c>clip4clip-mean</c>, <c>xclip</c>, <c>tcmgc</c>, …</summary>
    public required string Head { get; init; }

    /// <summary>W: words a text is cut or padded to, start and end token included; at most the text tower's context.</summary>
    public int Words { get; init; } = 32;

    /// <summary>N: frames of a segment.</summary>
    public int Frames { get; init; } = 12;

    /// <summary>Residual blocks of the temporal transformer, for heads that have one.</summary>
    public int TemporalLayers { get; init; } = 4;

    /// <summary>Rows of the frame position embedding; published checkpoints carry one per text position. At least <see cref="Frames"/>.</summary>
    public int FramePositions { get; init; } = 77;

    /// <summary>Residual blocks of the cross transformer, for the tight heads.</summary>
    public int CrossLayers { get; init; } = 4;

    /// <summary>Rows of the cross transformer's position embedding; at least <see cref="Frames"/> + 1.</summary>
    public int CrossPositions { get; init; } = 128;

    /// <summary>Attention heads of TC-MGC's language–video attention.</summary>
    public int AttentionHeads { get; init; } = 1;

    /// <summary>TC-MGC: the part of the similarities that reorganisation keeps, k = ⌊W·keep_rate⌋, 0 &lt; k &lt; W.</summary>
    public double KeepRate { get; init; } = 0.5;

    /// <summary>τ of the attention over similarities (X-CLIP) and 1/λ of interactive aggregation (TC-MGC).</summary>
    public double Temperature { get; init; } = 0.01;

    /// <summary>Hidden units of the excitation gate; 0 stands for <see cref="Frames"/> / 2 (squeeze).</summary>
    public int ExcitationHidden { get; init; }

    /// <summary>Hidden units of the aggregation gate; 0 stands for <see cref="Frames"/> / 2 (squeeze).</summary>
    public int AggregationHidden { get; init; }

    /// <summary>k: similarities that TC-MGC's reorganisation keeps.</summary>
    [JsonIgnore]
    public int KeptWords => (int)(Words * KeepRate);
}
