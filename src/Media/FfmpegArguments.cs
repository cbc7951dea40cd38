using FFMpegCore;

namespace TcMgc.Media;

/// <summary>What every run of ffmpeg and ffprobe gets: quiet, and unable to open anything but the one input.</summary>
internal static class FfmpegArguments
{
    /// <summary>
    /// Room over the limit: codecs count in whole blocks. The exact limit is checked on the size that the file says.
    /// </summary>
    private const long Room = 4_000_000;

    /// <summary>What the input may be, and open.</summary>
    public static string Guards(string formats, MediaOptions options) =>
        $"-protocol_whitelist file -format_whitelist {formats} -codec_whitelist {Codecs.All} -max_streams {options.MaxStreams} "
        + $"-max_pixels {options.MaxMegapixels * 1_000_000L + Room}";

    /// <summary>ffmpeg's, for pictures on standard output: options of the input; which stream, in what format.</summary>
    public static string Pictures(
        string input, string formats, MediaOptions options, string filter,
        Action<FFMpegInputOptions> before, Action<FFMpegOutputOptions> after) =>
        FFMpegArguments
            .FromFileInput(input, verifyExists: false, of =>
                before(of.WithCustomArgument($"-v error -hide_banner -nostdin {Guards(formats, options)}")))
            // As one name without a value: commas in a value would be escaped.
            .OutputToUrl("pipe:1", of =>
                after(of.DisableAudio().DisableSubtitles().DisableData().WithVideoFilters(all => all.WithCustomFilter(filter))))
            .Arguments;

    /// <summary>Frames as bytes, RGB.</summary>
    public static FFMpegOutputOptions AsRawFrames(this FFMpegOutputOptions output) =>
        output.WithFpsMode(FFMpegCore.Enums.FpsMode.ConstantFrameRate).ForceFormat("rawvideo").WithPixelFormat("rgb24");
}
