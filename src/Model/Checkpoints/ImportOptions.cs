namespace TcMgc.Model.Checkpoints;

/// <summary>What the user says of a checkpoint; null where its names and shapes are to decide.</summary>
public sealed record ImportOptions
{
    /// <summary>Activation of CLIP's blocks; default what the configuration beside the checkpoint says, or its kind.</summary>
    public Activation? Activation { get; init; }

    /// <summary>Similarity head; by default the one whose parameters the checkpoint has.</summary>
    public string? Head { get; init; }

    /// <summary>W: words of a text; default what X-CLIP's matrices fix, else 32 or the text context where that is less.</summary>
    public int? Words { get; init; }

    /// <summary>N: frames of a segment; default what X-CLIP's matrices or the gates fix, else 12.</summary>
    public int? Frames { get; init; }

    /// <summary>TC-MGC's keep_rate; default one that yields the k of its matrices, else 0.5.</summary>
    public double? KeepRate { get; init; }

    /// <summary>Attention heads of TC-MGC's language–video attention, which no shape tells; default 1.</summary>
    public int? AttentionHeads { get; init; }

    /// <summary>Blocks of the temporal transformer where the checkpoint has none; default 4.</summary>
    public int? TemporalLayers { get; init; }
}
