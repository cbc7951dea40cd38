namespace TcMgc.Media;

/// <summary>How media files are opened: ffmpeg's programs, the limits that a file must keep, the patience with it.</summary>
public sealed record MediaOptions
{
    /// <summary>The program ffmpeg, 5.1 or newer: a path, or a name to find on PATH; default TCMGC_FFMPEG, else <c>ffmpeg</c>.</summary>
    public string Ffmpeg { get; init; } = FromEnvironment("TCMGC_FFMPEG", "ffmpeg");

    /// <summary>The program ffprobe: a path, or a name to find on PATH; default TCMGC_FFPROBE, else <c>ffprobe</c>.</summary>
    public string Ffprobe { get; init; } = FromEnvironment("TCMGC_FFPROBE", "ffprobe");

    /// <summary>Largest width and height of a frame in pixels; default 16,384.</summary>
    public int MaxSide { get; init; } = 16_384;

    /// <summary>Largest area of a frame in megapixels; default 100.</summary>
    public int MaxMegapixels { get; init; } = 100;

    /// <summary>Longest video; of a longer one the beginning is taken. Default 24 hours.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Largest image file in bytes; default 256 MiB.</summary>
    public long MaxImageBytes { get; init; } = 256L << 20;

    /// <summary>A process that gives nothing for so long is stopped; default 60 seconds.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Threads that decode one video; 0 (default): as many as ffmpeg finds best. 1 costs least where several videos are decoded at a time.</summary>
    public int Threads { get; init; }

    internal bool IsTooLarge(int width, int height) =>
        width > MaxSide || height > MaxSide || (long)width * height > MaxMegapixels * 1_000_000L;

    internal string TooLarge(int width, int height) =>
        $"{width}x{height} frame is larger than the limit ({MaxSide} a side, {MaxMegapixels} megapixels)";

    private static string FromEnvironment(string variable, string otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path ? path : otherwise;
}
