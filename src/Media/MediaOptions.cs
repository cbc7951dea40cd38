using System.ComponentModel.DataAnnotations;

namespace TcMgc.Media;

/// <summary>
/// How media files are opened: ffmpeg's programs, the limits that a file must keep, the patience with it; the configuration's
/// section <see cref="Section"/>.
/// </summary>
public sealed record MediaOptions
{
    /// <summary>Name of the section; errors name <c>Media:Member</c>.</summary>
    public const string Section = "Media";

    private const string OutOfRange = "must be from {1} to {2}";

    /// <summary>
    /// The program ffmpeg, 5.1 or newer: a path, or a name to find on PATH; default TCMGC_FFMPEG, else <c>ffmpeg</c>.
    /// </summary>
    public string Ffmpeg { get; init; } = FromEnvironment("TCMGC_FFMPEG", "ffmpeg");

    /// <summary>The program ffprobe: a path, or a name to find on PATH; default TCMGC_FFPROBE, else <c>ffprobe</c>.</summary>
    public string Ffprobe { get; init; } = FromEnvironment("TCMGC_FFPROBE", "ffprobe");

    /// <summary>Largest width and height of a frame in pixels, 1 to 65,536; default 16,384.</summary>
    [Range(1, 65_536, ErrorMessage = OutOfRange)]
    public int MaxSide { get; init; } = 16_384;

    /// <summary>Largest area of a frame in megapixels, 1 to 2,000; default 100.</summary>
    [Range(1, 2000, ErrorMessage = OutOfRange)]
    public int MaxMegapixels { get; init; } = 100;

    /// <summary>Longest video; of a longer one the beginning is taken. 1 second to 30 days, default 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00", ErrorMessage = OutOfRange)]
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Largest image file in bytes, 1 KiB to 1 TiB; default 256 MiB.</summary>
    [Range(1024.0, 1099511627776.0, ErrorMessage = OutOfRange)]
    public long MaxImageBytes { get; init; } = 256L << 20;

    /// <summary>A process that gives nothing for so long is stopped, 0.1 seconds to 1 hour; default 60 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = OutOfRange)]
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A run of ffmpeg that takes longer is stopped, 1 second to 7 days; default 12 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00", ErrorMessage = OutOfRange)]
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>
    /// A run of ffmpeg that takes the processors for longer, all together, is stopped, 1 second to 30 days; default 24 hours.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00", ErrorMessage = OutOfRange)]
    public TimeSpan MaxCpuTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Memory of one run of ffmpeg in bytes, 64 MiB to 1 TiB; default 4 GiB. Linux holds it, macOS does not.</summary>
    [Range(67108864.0, 1099511627776.0, ErrorMessage = OutOfRange)]
    public long MaxMemoryBytes { get; init; } = 4L << 30;

    /// <summary>Most streams of a file, 1 to 1,000; default 100.</summary>
    [Range(1, 1000, ErrorMessage = OutOfRange)]
    public int MaxStreams { get; init; } = 100;

    /// <summary>
    /// Most frames of a video as it says itself, by length and rate, 1 to 1 billion; default 20 million.
    /// </summary>
    [Range(1, 1_000_000_000, ErrorMessage = OutOfRange)]
    public int MaxFrames { get; init; } = 20_000_000;

    /// <summary>
    /// Threads that decode one video, 0 to 256; 0 (default): as many as ffmpeg finds best. 1 costs least where several videos are
    /// decoded at a time.
    /// </summary>
    [Range(0, 256, ErrorMessage = OutOfRange)]
    public int Threads { get; init; }

    /// <summary>Which frames are taken of videos; default all that are asked for.</summary>
    public FrameChoice Frames { get; init; }

    /// <summary>
    /// How long before its second a frame may be shown that is taken for it where <see cref="Frames"/> are key frames, 0.1
    /// seconds to 1 minute; default 1 second.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ErrorMessage = OutOfRange)]
    public TimeSpan KeyFrameDistance { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The hardware that decodes frames, by ffmpeg's names (<c>ffmpeg -hwaccels</c>): <c>cuda</c>, <c>vaapi</c> …; <c>auto</c>:
    /// what there is, if any; default <c>none</c>.
    /// </summary>
    [RegularExpression("[a-z0-9]{1,20}", ErrorMessage = "must be none, auto, or a name that 'ffmpeg -hwaccels' lists")]
    public string HardwareDecoding { get; init; } = "none";

    internal bool IsTooLarge(int width, int height) =>
        width > MaxSide || height > MaxSide || (long)width * height > MaxMegapixels * 1_000_000L;

    internal string TooLarge(int width, int height) =>
        $"{width}x{height} frame is larger than the limit ({MaxSide} a side, {MaxMegapixels} megapixels)";

    private static string FromEnvironment(string variable, string otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path ? path : otherwise;
}

/// <summary>Which frames are taken of a video.</summary>
public enum FrameChoice
{
    /// <summary>The one that is shown at each second.</summary>
    Exact,

    /// <summary>
    /// The last key frame before, where all are close enough (<see cref="MediaOptions.KeyFrameDistance"/>): no others are decoded
    /// then. Exact ones of other videos.
    /// </summary>
    KeyFrames,
}
