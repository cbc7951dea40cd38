namespace TcMgc.Featurizer;

/// <summary>When two neighbouring frames of a video belong to two shots.</summary>
public sealed record SegmenterOptions
{
    /// <summary>
    /// A boundary's distance (1 − cosine) between neighbours over the running mean distance of the video's neighbours so
    /// far; above 1, default 3.
    /// </summary>
    public double DropRatio { get; init; } = 3;

    /// <summary>Distances at or below this are never a boundary, however still the video; 0 … 2, default 0.05.</summary>
    public double SmallestDrop { get; init; } = 0.05;

    /// <summary>Frames on both sides of a boundary, at least 1; default 4 (seconds, at 1 FPS).</summary>
    public int ShortestShot { get; init; } = 4;
}
