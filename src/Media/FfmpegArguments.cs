namespace TcMgc.Media;

/// <summary>What every run of ffmpeg and ffprobe gets: quiet, without a terminal, and unable to open anything but the one input.</summary>
internal static class FfmpegArguments
{
    /// <summary>Room over the limit: codecs count in whole blocks. The exact limit is checked on the size that the file says.</summary>
    private const long PixelsOverLimit = 4_000_000;

    /// <summary>Guards and the input, for a file or (path null) for bytes on standard input.</summary>
    public static string[] Input(string? path, MediaOptions options) =>
    [
        "-protocol_whitelist", "file,pipe",
        "-format_whitelist", path is null ? ContainerFormats.ForImages : ContainerFormats.ForFiles,
        "-max_pixels", $"{options.MaxMegapixels * 1_000_000L + PixelsOverLimit}",
        // As a file: URL taken literally, so that no character of a name means anything.
        "-i", path is null ? "pipe:0" : $"file:{Path.GetFullPath(path)}",
    ];

    /// <summary>ffmpeg, quiet, with no terminal.</summary>
    public static string[] Quiet { get; } = ["-v", "error", "-hide_banner", "-nostdin"];

    /// <summary>Raw RGB frames of S×S on standard output, nothing else.</summary>
    public static string[] RawFrames(string filter) =>
        ["-vf", filter, "-an", "-sn", "-dn", "-fps_mode", "cfr", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"];
}
