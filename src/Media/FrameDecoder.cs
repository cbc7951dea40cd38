using FFMpegCore;
using FFMpegCore.Enums;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>
/// Decodes frames of videos, one a second. An ordinary video takes one run of ffmpeg, which tells what it opened before it
/// decodes; any other is probed by ffprobe first.
/// </summary>
/// <param name="options">Programs, limits and patience.</param>
/// <param name="time">Clock of the watchdog; the system's by default.</param>
public sealed class FrameDecoder(MediaOptions options, TimeProvider? time = null)
{
    private const int MostBytesEach = 1 << 20;

    private readonly MediaProbe _probe = new(options, time);
    private readonly KeyFrames _keyFrames = new(options, time ?? TimeProvider.System);

    private TimeProvider Time => time ?? TimeProvider.System;

    /// <summary>Opens a file, whatever its name, and starts decoding it as <see cref="Open"/> does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="side">Width and height of the frames given, in pixels, 1 to 4096.</param>
    /// <param name="withPictures">Whether <see cref="FrameReader.EndWithPicturesAsync"/> has pictures.</param>
    /// <param name="cancel">Ends the process.</param>
    /// <returns>The frames, to be disposed of; or why the file is not decoded.</returns>
    /// <exception cref="UserException">ffmpeg or ffprobe is not installed.</exception>
    public async ValueTask<MediaResult<FrameReader>> OpenAsync(
        string path, int side, bool withPictures, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, 4096);
        if (FileHead.ReasonAgainst(path, out _) is { } reason)
            return MediaResult.Refused<FrameReader>(reason);
        if (options.Frames == FrameChoice.Exact && await OpenAtOnceAsync(path, side, withPictures, cancel) is { } reader)
            return reader;
        var probed = await _probe.ProbeAsync(path, cancel);
        if (probed.Value is not { } info)
            return MediaResult.Refused<FrameReader>(probed.Reason!);
        var onlyKeyFrames = options.Frames == FrameChoice.KeyFrames && await _keyFrames.AreCloseAsync(path, info, cancel);
        return Open(path, info, side, withPictures, onlyKeyFrames);
    }

    /// <summary>
    /// Starts decoding. Frame k is the one shown k seconds from the file's start (the first one where none has been shown yet); a
    /// video of d seconds gives ⌈d⌉ of them, at least one where any frame decodes. Upright, in square pixels, deinterlaced, the
    /// shorter side resized to <paramref name="side"/> and the centre cut out.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="info">What <see cref="MediaProbe"/> said of it.</param>
    /// <param name="side">Width and height of the frames given, in pixels, 1 to 4096.</param>
    /// <param name="withPictures">Whether <see cref="FrameReader.EndWithPicturesAsync"/> has pictures.</param>
    /// <param name="onlyKeyFrames">Whether the last key frame before each second is taken instead.</param>
    /// <returns>The frames, to be disposed of; disposing early ends the process.</returns>
    /// <exception cref="UserException">ffmpeg is not installed.</exception>
    internal FrameReader Open(string path, MediaInfo info, int side, bool withPictures = false, bool onlyKeyFrames = false)
    {
        var input = FfmpegInput.Link(path);
        void Decoder(FFMpegInputOptions of) => of.WithCustomArgument(FfmpegArguments.Decoder(options, onlyKeyFrames));
        var keyFrames = onlyKeyFrames ? options.KeyFrameDistance : (TimeSpan?)null;
        var arguments = withPictures
            ? FfmpegArguments.FramesWithPictures(input.Name, ContainerFormats.ForFiles, options,
                FrameFilter.EachSecondWithPictures(info, side, Strip.Of(info.Duration ?? 1), keyFrames), Decoder)
            : FfmpegArguments.Pictures(input.Name, ContainerFormats.ForFiles, options,
                FrameFilter.EachSecond(info, side, keyFrames), Decoder,
                after => after.WithMap(0, StreamType.All, info.StreamIndex).AsRawFrames());
        var ffmpeg = FfmpegProcess.Start(options.Ffmpeg, arguments, input, options, Time,
            withPictures ? MostBytes(info.Duration) : Cage.NoFile);
        return new(ffmpeg, info, side, options);
    }

    /// <summary>The frames of a video in one run of ffmpeg; null where it is no ordinary one, or does not decode.</summary>
    private async ValueTask<FrameReader?> OpenAtOnceAsync(string path, int side, bool withPictures, CancellationToken cancel)
    {
        var input = FfmpegInput.Link(path);
        using var gate = FilterGate.Open(input.Folder);
        if (gate is null)
        {
            input.Dispose();
            return null;
        }
        FfmpegReport.Prepare(input.Folder);
        var report = new FfmpegReport();
        var ffmpeg = FfmpegProcess.Start(options.Ffmpeg, FfmpegArguments.FramesAtOnce(input.Name, options, withPictures), input,
            options, Time, withPictures ? MostBytes(FfmpegReport.Longest.TotalSeconds) : Cage.NoFile, report);
        FrameReader? reader = null;
        try
        {
            await ffmpeg.WaitAsync(report.Opened, cancel);
            if (report.Describe(options, Time.GetUtcNow()) is not { } info)
                return null;
            await ffmpeg.WaitAsync(gate.AnswerAsync(FrameFilter.EachSecondApart(info, side, withPictures)), cancel);
            await ffmpeg.WaitAsync(report.Begun, cancel);
            return report.BeginsAtZero ? reader = new(ffmpeg, info, side, options) : null;
        }
        finally
        {
            if (reader is null)
                await ffmpeg.DisposeAsync();
        }
    }

    /// <summary>More than the pictures of a video can take.</summary>
    private long MostBytes(double? duration) =>
        (long)Math.Ceiling(Math.Min(duration ?? double.MaxValue, options.MaxDuration.TotalSeconds) + 1) * MostBytesEach;
}
