using System.Globalization;
using FFMpegCore.Enums;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>Makes JPEG pictures of videos, as people look at them: thumbnails, and a strip of a picture each second.</summary>
/// <param name="options">Programs, limits and patience.</param>
/// <param name="time">Clock of the watchdog.</param>
public sealed class PictureMaker(MediaOptions options, TimeProvider time)
{
    /// <summary>Larger than any picture that is asked for here.</summary>
    private const int LargestPicture = 8 << 20;

    /// <summary>The frame at a time, or the last one before.</summary>
    /// <param name="path">The video.</param>
    /// <param name="at">Seconds from the start.</param>
    /// <param name="width">Width in pixels, 16 to 1,920; the height follows.</param>
    /// <param name="cancel">Ends ffmpeg.</param>
    /// <returns>A JPEG; or why there is none.</returns>
    /// <exception cref="UserException">ffmpeg is not installed.</exception>
    public ValueTask<MediaResult<byte[]>> FrameAsync(string path, double at, int width, CancellationToken cancel) =>
        RunAsync(path, TimeSpan.FromMilliseconds(Math.Round(at * 1000)), FrameFilter.Shown(width), cancel);

    /// <summary>Pictures at even distances as one, row by row.</summary>
    /// <param name="path">The video.</param>
    /// <param name="strip">How many, and their size.</param>
    /// <param name="cancel">Ends ffmpeg.</param>
    /// <returns>A JPEG; or why there is none.</returns>
    /// <exception cref="UserException">ffmpeg is not installed.</exception>
    public ValueTask<MediaResult<byte[]>> StripAsync(string path, Strip strip, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(strip);
        return RunAsync(path, null, $"fps=1/{strip.Seconds}:round=up,{FrameFilter.InStrip(strip)}", cancel);
    }

    private async ValueTask<MediaResult<byte[]>> RunAsync(string path, TimeSpan? start, string filter, CancellationToken cancel)
    {
        var input = FfmpegInput.Link(path);
        var arguments = FfmpegArguments.Pictures(input.Name, ContainerFormats.ForFiles, options, filter,
            before => before.WithStartTime(start),
            after => after.WithMap(0, StreamType.Video, 0).WithFrameCount(1).WithVideoQualityScale(4).ForceFormat("mjpeg"));
        await using var ffmpeg = FfmpegProcess.Start(options.Ffmpeg, arguments, input, options, time);
        var picture = new byte[LargestPicture];
        var bytes = await ffmpeg.ReadAsync(picture, cancel);
        var (_, messages) = await ffmpeg.EndAsync(cancel);
        return bytes is > 0 and < LargestPicture
            ? picture[..bytes]
            : MediaResult.Refused<byte[]>(
                "gives no picture there" + (ffmpeg.Limit is { } limit ? $" ({limit})" : FfmpegMessages.Quoted(messages)));
    }
}

/// <summary>How a strip of pictures is laid out.</summary>
/// <param name="Count">Pictures in it.</param>
/// <param name="Columns">Pictures in a row.</param>
/// <param name="Width">Width of one in pixels.</param>
/// <param name="Height">Height of one in pixels.</param>
/// <param name="Interval">Seconds from one to the next.</param>
public sealed record Strip(int Count, int Columns, int Width, int Height, double Interval)
{
    private const int Most = 100, InRow = 10, PictureWidth = 160, PictureHeight = 90;

    /// <summary>The interval as ffmpeg reads it.</summary>
    internal string Seconds => Interval.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>Of frames a second apart, the filter that lets those pass that are shown at the strip's times.</summary>
    internal string EachSecondChosen => $"select=eq(n\\,floor(ceil(n/{Seconds})*{Seconds}))";

    /// <summary>Rows of pictures.</summary>
    public int Rows => (Count + Columns - 1) / Columns;

    /// <summary>One picture a second; fewer of a video that is longer than 100 seconds.</summary>
    /// <param name="duration">Length of the video in seconds.</param>
    public static Strip Of(double duration)
    {
        var interval = Math.Max(1, Math.Ceiling(duration) / Most);
        var count = Math.Clamp((int)Math.Ceiling(duration / interval), 1, Most);
        return new(count, Math.Min(count, InRow), PictureWidth, PictureHeight, interval);
    }
}
