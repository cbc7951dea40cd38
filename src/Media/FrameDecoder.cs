using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>Takes frames from videos at one a second, by one ffmpeg process a video.</summary>
/// <param name="options">Programs, limits and patience.</param>
/// <param name="time">Clock of the watchdog; the system's by default.</param>
public sealed class FrameDecoder(MediaOptions options, TimeProvider? time = null)
{
    /// <summary>
    /// Starts decoding. Frame k is the one shown k seconds from the file's start (the first one where none has been shown yet); a
    /// video of d seconds gives ⌈d⌉ of them, at least one where any frame decodes. Upright, in square pixels, deinterlaced, the
    /// shorter side resized to <paramref name="side"/> and the centre cut out.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="info">What <see cref="MediaProbe"/> said of it.</param>
    /// <param name="side">Width and height of the frames given, in pixels, 1 to 4096.</param>
    /// <returns>The frames, to be disposed of; disposing early ends the process.</returns>
    /// <exception cref="UserException">ffmpeg is not installed.</exception>
    public FrameReader Open(string path, MediaInfo info, int side)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(info);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, 4096);
        string[] arguments =
        [
            .. FfmpegArguments.Quiet,
            .. options.Threads > 0 ? ["-threads", $"{options.Threads}"] : Array.Empty<string>(),
            .. FfmpegArguments.Input(path, options),
            "-map", $"0:{info.StreamIndex}",
            .. FfmpegArguments.RawFrames(FrameFilter.EachSecond(info, side)),
        ];
        var ffmpeg = FfmpegProcess.Start(options.Ffmpeg, arguments, options, time ?? TimeProvider.System);
        ffmpeg.CloseInput();
        return new(ffmpeg, path, info, side, options);
    }
}
