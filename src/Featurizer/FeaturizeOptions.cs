namespace TcMgc.Featurizer;

/// <summary>How videos are encoded.</summary>
public sealed record FeaturizeOptions
{
    /// <summary>Frames encoded in one graph call, at least 1; default 32. More need more memory, and gain little on a processor.</summary>
    public int FrameBatch { get; init; } = 32;

    /// <summary>Segments encoded in one graph call, at least 1; default 16.</summary>
    public int SegmentBatch { get; init; } = 16;

    /// <summary>Where segments are cut.</summary>
    public SegmenterOptions Segmenter { get; init; } = new();
}
