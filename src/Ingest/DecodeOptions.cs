using TcMgc.Ingest.Media;

namespace TcMgc.Ingest;

/// <summary>How uploaded videos become frame packs.</summary>
public sealed record DecodeOptions
{
    /// <summary>Width and height of the frames in pixels, 1 to 4096: the resolution of the model that will see them. Default 224.</summary>
    public int Side { get; init; } = 224;

    /// <summary>Videos decoded at a time, at least 1; default 1, for one ffmpeg already uses every core.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Programs, limits and patience.</summary>
    public MediaOptions Media { get; init; } = new();
}
