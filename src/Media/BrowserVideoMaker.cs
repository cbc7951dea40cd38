using System.Globalization;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>
/// Makes of videos what browsers play: upright, in square pixels, deinterlaced, at most 720 pixels on the shorter side and 60
/// frames a second; with its first sound, in stereo.
/// </summary>
/// <param name="options">Programs, limits and patience.</param>
/// <param name="time">Clock of the watchdog.</param>
public sealed class BrowserVideoMaker(MediaOptions options, TimeProvider time)
{
    private const int ShorterSide = 720, LongerSide = 1920;

    /// <summary>Bits a second up to which H.264 is copied into another container, instead of encoded again.</summary>
    private const double MostBitsCopied = 8e6;

    private const string Output = "version", ProgressTime = "out_time_us=";

    private readonly MediaProbe _probe = new(options, time);
    private readonly BrowserEncoders _encoders = new(options, time);

    /// <summary>A part of a video, in seconds from its start.</summary>
    /// <param name="Start">Where it starts, to the frame.</param>
    /// <param name="Length">How long it is.</param>
    public readonly record struct Part(double Start, double Length);

    /// <summary>The format that is made where this one is wanted, or the best where none is; or why there is none.</summary>
    /// <exception cref="UserException">ffmpeg cannot be run.</exception>
    public async ValueTask<(BrowserFormat? Format, string? Reason)> FormatAsync(
        BrowserFormat? wanted, CancellationToken cancel) =>
        await _encoders.FindAsync(wanted, cancel) is { } choice ? (choice.Format, null)
            : (null, BrowserEncoders.ReasonWithout(wanted));

    /// <summary>Makes a version of a video, or of a part of it.</summary>
    /// <param name="path">The video.</param>
    /// <param name="format">What is made; null: the best that can be.</param>
    /// <param name="part">The part; null: the whole video.</param>
    /// <param name="mostBytes">Largest file that may come of it.</param>
    /// <param name="progress">Receives which share is made, 0 to 1. Optional.</param>
    /// <param name="cancel">Ends ffmpeg; nothing is left.</param>
    /// <returns>The version, to be disposed of; or why there is none.</returns>
    /// <exception cref="UserException">ffmpeg cannot be run, or the disk is full.</exception>
    public async ValueTask<MediaResult<BrowserVideo>> MakeAsync(string path, BrowserFormat? format, Part? part, long mostBytes,
        IProgress<double>? progress, CancellationToken cancel)
    {
        if (await _encoders.FindAsync(format, cancel) is not { } choice)
            return MediaResult.Refused<BrowserVideo>(BrowserEncoders.ReasonWithout(format));
        var probed = await _probe.ProbeAsync(path, cancel);
        if (probed.Value is not { } info)
            return MediaResult.Refused<BrowserVideo>(probed.Reason!);
        if (part is null && choice.Format == BrowserFormat.Mp4 && CanCopy(info, new FileInfo(path).Length)
            && await RunAsync("-c:v copy") is { Succeeded: true } copied)
            return copied;
        return await RunAsync($"{Filters(info)} -c:v {choice.Encoder} {choice.Quality} -force_key_frames expr:gte(t,n_forced*2)");

        ValueTask<MediaResult<BrowserVideo>> RunAsync(string pictures) =>
            this.RunAsync(path, info, choice, part, pictures, mostBytes, progress, cancel);
    }

    private async ValueTask<MediaResult<BrowserVideo>> RunAsync(string path, MediaInfo info, BrowserEncoders.Choice choice,
        Part? part, string pictures, long mostBytes, IProgress<double>? progress, CancellationToken cancel)
    {
        var input = FfmpegInput.Link(path);
        var sound = info.HasSound ? $"-map 0:a:0 -c:a {choice.Sound} -b:a 128k -ac 2" : "-an";
        var arguments = $"-v error -hide_banner -nostdin -nostats -progress pipe:1 -stats_period 0.5 "
            + $"{FfmpegArguments.Guards(ContainerFormats.ForFiles, options)} {Seek(part)} -i {input.Name} {Length(part)} "
            + $"-map 0:{info.StreamIndex} {pictures} {sound} -sn -dn -map_metadata -1 -map_chapters -1 "
            + $"{choice.Muxer} -f {BrowserFormats.NameOf(choice.Format)} {Output}";
        var ffmpeg = FfmpegProcess.Start(options.Ffmpeg, arguments, input, options, time, mostBytes);
        BrowserVideo? made = null;
        try
        {
            await FollowAsync(ffmpeg, part?.Length ?? info.Duration, progress, cancel);
            var (status, messages) = await ffmpeg.EndAsync(cancel);
            var file = new FileInfo(Path.Combine(ffmpeg.Folder, Output));
            if (status == 0 && ffmpeg.Limit is null && file is { Exists: true, Length: > 0 })
                return made = new BrowserVideo(ffmpeg, file.FullName, choice.Format);
            return MediaResult.Refused<BrowserVideo>("cannot be prepared"
                + (ffmpeg.Limit is { } limit ? $": {limit}" : FfmpegMessages.Quoted(messages)));
        }
        finally
        {
            if (made is null)
                await ffmpeg.DisposeAsync();
        }
    }

    /// <summary>Reads how far ffmpeg says that it is, until it has ended.</summary>
    private static async ValueTask FollowAsync(
        FfmpegProcess ffmpeg, double? length, IProgress<double>? progress, CancellationToken cancel)
    {
        await foreach (var told in ffmpeg.ReadLinesAsync(cancel))
            if (length > 0 && told.StartsWith(ProgressTime, StringComparison.Ordinal)
                && long.TryParse(told.AsSpan(ProgressTime.Length), CultureInfo.InvariantCulture, out var microseconds))
                progress?.Report(Math.Clamp(microseconds / 1e6 / length.Value, 0, 1));
    }

    /// <summary>
    /// Whether the pictures need only another container, and are not too large for a browser. Those of a file that browsers
    /// should play as it is do not: a version is asked for because one could not, since they are damaged.
    /// </summary>
    private static bool CanCopy(MediaInfo info, long bytes) =>
        info is { Codec: "h264", PixelFormat: "yuv420p" or "yuvj420p", MayBeInterlaced: false, Rotation: 0, Duration: { } length }
        && bytes * 8 / Math.Max(1, length) <= MostBitsCopied
        && BrowserPlayback.Plays(info.Format, info.Codec, info.PixelFormat, info.SoundCodec) != true
        && info.Format is not ("avi" or "h264"); // These say of frames neither when they come nor in which order.

    private static string Filters(MediaInfo info)
    {
        var (shorter, longer) = (Math.Min(info.Width, info.Height), Math.Max(info.Width, info.Height));
        var scale = Math.Min(1, Math.Min((double)ShorterSide / shorter, (double)LongerSide / longer));
        int Side(int side) => Math.Max(2, 2 * (int)Math.Round(side * scale / 2));
        var deinterlace = info.MayBeInterlaced ? "yadif=deint=interlaced," : "";
        return $"-vf {deinterlace}scale={Side(info.Width)}:{Side(info.Height)},setsar=1,format=yuv420p -fpsmax 60";
    }

    private static string Seek(Part? part) => part is { } one ? $"-ss {Seconds(one.Start)}" : "";

    private static string Length(Part? part) => part is { } one ? $"-t {Seconds(one.Length)}" : "";

    private static string Seconds(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture);
}
