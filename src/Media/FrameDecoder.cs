using FFMpegCore;
using FFMpegCore.Enums;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>Decodes frames of videos, one a second, by one ffmpeg process a video.</summary>
/// <param name="options">Programs, limits and patience.</param>
/// <param name="time">Clock of the watchdog; the system's by default.</param>
public sealed class FrameDecoder(MediaOptions options, TimeProvider? time = null)
{
    private const int MostBytesEach = 1 << 20;

    /// <summary>
    /// Starts decoding. Frame k is the one shown k seconds from the file's start (the first one where none has been shown yet); a
    /// video of d seconds gives ⌈d⌉ of them, at least one where any frame decodes. Upright, in square pixels, deinterlaced, the
    /// shorter side resized to <paramref name="side"/> and the centre cut out.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="info">What <see cref="MediaProbe"/> said of it.</param>
    /// <param name="side">Width and height of the frames given, in pixels, 1 to 4096.</param>
    /// <param name="withPictures">Whether <see cref="FrameReader.EndWithPicturesAsync"/> has pictures.</param>
    /// <returns>The frames, to be disposed of; disposing early ends the process.</returns>
    /// <exception cref="UserException">ffmpeg is not installed.</exception>
    public FrameReader Open(string path, MediaInfo info, int side, bool withPictures = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(info);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, 4096);
        var input = FfmpegInput.Link(path);
        var arguments = withPictures ? WithPictures(input.Name, info, side)
            : FfmpegArguments.Pictures(input.Name, ContainerFormats.ForFiles, options, FrameFilter.EachSecond(info, side),
                Threads, after => after.WithMap(0, StreamType.All, info.StreamIndex).AsRawFrames());
        var ffmpeg = FfmpegProcess.Start(options.Ffmpeg, arguments, input, options, time ?? TimeProvider.System,
            withPictures ? MostBytes(info) : Cage.NoFile);
        return new(ffmpeg, info, side, options);
    }

    private string WithPictures(string input, MediaInfo info, int side) => FfmpegArguments.FramesWithPictures(
        input, ContainerFormats.ForFiles, options,
        FrameFilter.EachSecondWithPictures(info, side, Strip.Of(info.Duration ?? 1)), Threads);

    private void Threads(FFMpegInputOptions input)
    {
        if (options.Threads > 0)
            input.WithThreads(options.Threads);
    }

    /// <summary>More than the pictures of a video can take.</summary>
    private long MostBytes(MediaInfo info) =>
        (long)Math.Ceiling(Math.Min(info.Duration ?? double.MaxValue, options.MaxDuration.TotalSeconds) + 1) * MostBytesEach;
}
