using FFMpegCore;

namespace TcMgc.Media;

/// <summary>What every run of ffmpeg and ffprobe gets: quiet, and unable to open anything but the one input.</summary>
internal static class FfmpegArguments
{
    /// <summary>
    /// Room over the limit: codecs count in whole blocks. The exact limit is checked on the size that the file says.
    /// </summary>
    private const long Room = 4_000_000;

    private const string Jpeg = "-c:v mjpeg -q:v 4";

    /// <summary>What the input may be, and open.</summary>
    public static string Guards(string formats, MediaOptions options) =>
        $"-protocol_whitelist file -format_whitelist {formats} -codec_whitelist {Codecs.All} -max_streams {options.MaxStreams} "
        + $"-max_pixels {options.MaxMegapixels * 1_000_000L + Room}";

    /// <summary>How frames are decoded.</summary>
    public static string Decoder(MediaOptions options, bool onlyKeyFrames = false) =>
        (options.Threads > 0 ? $"-threads {options.Threads} " : "")
        + (options.HardwareDecoding != "none" ? $"-hwaccel {options.HardwareDecoding} " : "")
        + (onlyKeyFrames ? "-skip_frame nokey" : "");

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

    /// <summary>
    /// ffmpeg's, for the <c>[frames]</c> of a graph on standard output, and its <c>[thumbnails]</c> and <c>[strip]</c> as the
    /// files of <see cref="FramePictures"/>.
    /// </summary>
    public static string FramesWithPictures(
        string input, string formats, MediaOptions options, string graph, Action<FFMpegInputOptions> before)
    {
        return FFMpegArguments
            .FromFileInput(input, verifyExists: false, of =>
                before(of.WithCustomArgument($"-v error -hide_banner -nostdin {Guards(formats, options)}")))
            .OutputToUrl("pipe:1", of => of
                .WithCustomArgument($"-filter_complex {graph}")
                .WithCustomArgument($"-map [thumbnails] -fps_mode cfr {Jpeg} -f mpjpeg {FramePictures.Thumbnails}")
                .WithCustomArgument($"-map [strip] -fps_mode vfr -frames:v 1 {Jpeg} -f mjpeg {FramePictures.Strip}")
                .WithCustomArgument("-map [frames]").AsRawFrames())
            .Arguments;
    }

    /// <summary>
    /// The same where <see cref="FilterGate"/> gives the filters of each output once the input is known, and <see
    /// cref="FfmpegReport"/> reads what ffmpeg tells of it.
    /// </summary>
    public static string FramesAtOnce(string input, MediaOptions options, bool withPictures)
    {
        const string Output = $" -map 0:V:0 {FilterGate.Option}";
        var pictures = withPictures
            ? $"{Output} -fps_mode cfr {Jpeg} -f mpjpeg {FramePictures.Thumbnails}"
                + $"{Output} -fps_mode vfr -frames:v 1 {Jpeg} -f mjpeg {FramePictures.Strip}"
            : "";
        return $"-v level+info -hide_banner -nostdin -nostats {Guards(ContainerFormats.ForFiles, options)} {Decoder(options)} "
            + $"-i {input} {FfmpegReport.EndOfInput}{Output} -fps_mode cfr -f rawvideo -pix_fmt rgb24 pipe:1{pictures}";
    }

    /// <summary>Frames as bytes, RGB.</summary>
    public static FFMpegOutputOptions AsRawFrames(this FFMpegOutputOptions output) =>
        output.WithFpsMode(FFMpegCore.Enums.FpsMode.ConstantFrameRate).ForceFormat("rawvideo").WithPixelFormat("rgb24");
}
