using System.Globalization;
using System.Text.Json;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>Says what a file is, and refuses what is no video or too large to decode, before anything is decoded.</summary>
/// <param name="options">Programs and limits.</param>
/// <param name="time">Clock of the watchdog; the system's by default.</param>
public sealed class MediaProbe(MediaOptions options, TimeProvider? time = null)
{
    /// <summary>The fields asked for of a few streams are a few kilobytes; a file that makes it more is not read on.</summary>
    private const int MaxReportBytes = 1 << 20;

    // Codecs that come interlaced; for others an unknown field order means nothing.
    private static readonly string[] CodecsWithFields = ["h264", "mpeg2video", "mpeg4", "vc1", "dvvideo", "prores", "dnxhd", "ffv1", "mjpeg"];

    // What yadif takes; others would be converted twice.
    private static readonly string[] PlanarFamilies = ["yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p", "yuv410p", "yuvj4", "gbrp", "gray"];

    /// <summary>Probes a file, whatever its name.</summary>
    /// <exception cref="UserException">ffprobe is not installed.</exception>
    public async ValueTask<MediaResult<MediaInfo>> ProbeAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (FileHead.ReasonAgainst(path, out var head) is { } reason)
            return MediaResult<MediaInfo>.Refused(reason);

        string[] arguments = ["-v", "error", "-hide_banner", "-show_entries", ProbeReport.Entries, "-of", "json", .. FfmpegArguments.Input(path, options)];
        await using var ffprobe = FfmpegProcess.Start(options.Ffprobe, arguments, options, time ?? TimeProvider.System);
        ffprobe.CloseInput();
        var json = new byte[MaxReportBytes];
        var length = await ffprobe.ReadAsync(json, cancellationToken).ConfigureAwait(false);
        if (length == json.Length)
            return MediaResult<MediaInfo>.Refused("has more streams than any video");
        var (status, messages) = await ffprobe.EndAsync(cancellationToken).ConfigureAwait(false);
        if (ffprobe.Stalled)
            return MediaResult<MediaInfo>.Refused($"could not be read within {options.StallTimeout.TotalSeconds:0} s");
        if (ContainerFormats.RefusedIn(string.Join('\n', messages)) is { } format)
            return MediaResult<MediaInfo>.Refused(ContainerFormats.ReasonToRefuse(format));
        // Some decoders refuse before ffprobe has a report, others leave the size out of it.
        if (FfmpegMessages.RefusedSize(messages) is { } size && options.IsTooLarge(size.Width, size.Height))
            return MediaResult<MediaInfo>.Refused(options.TooLarge(size.Width, size.Height));
        return status == 0 && Parse(json.AsSpan(0, length)) is { Format.Name: not null, Streams: not null } report
            ? Choose(report, head, messages, path)
            : MediaResult<MediaInfo>.Refused(FileHead.ReasonUnreadable(head, messages, path));
    }

    private static ProbeReport? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ProbeJson.Default.ProbeReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private MediaResult<MediaInfo> Choose(ProbeReport report, byte[] head, IReadOnlyList<string> messages, string path)
    {
        var format = report.Format!.Name!;
        if (FileHead.IsAnimatedWebP(head))
            return MediaResult<MediaInfo>.Refused("is an animated WebP picture, which ffmpeg cannot decode; convert it to GIF or MP4");
        if (ContainerFormats.IsPicture(format))
            return MediaResult<MediaInfo>.Refused($"is a picture ({format.Replace("_pipe", "", StringComparison.Ordinal)}), not a video");
        var pictures = report.Streams!.Where(stream => stream.Type == "video").ToList();
        var hasSound = report.Streams!.Any(stream => stream.Type == "audio");
        if (pictures.Find(stream => !stream.IsCover) is not { } video)
            return MediaResult<MediaInfo>.Refused(pictures.Count > 0
                ? "has only a cover picture, no video stream"
                : hasSound ? "has only sound, no video stream" : "has no video stream");
        if (video.Codec is null or "unknown")
            return MediaResult<MediaInfo>.Refused("has a video stream of a codec that ffmpeg does not know");
        if (video.Width <= 0 || video.Height <= 0)
            return MediaResult<MediaInfo>.Refused($"has a video stream that cannot be read{FfmpegMessages.Quoted(messages, path)}");
        return options.IsTooLarge(video.Width, video.Height)
            ? MediaResult<MediaInfo>.Refused(options.TooLarge(video.Width, video.Height))
            : Describe(report.Format, video, hasSound);
    }

    private static MediaInfo Describe(ProbedFormat format, ProbedStream video, bool hasSound)
    {
        var aspect = SampleAspect(video.SampleAspect);
        var rotation = Rotation(video.SideData);
        var shownWidth = Math.Max(1, (int)Math.Round(video.Width * aspect, MidpointRounding.AwayFromZero));
        var onItsSide = rotation is 90 or 270;
        var late = Math.Max(0, (Seconds(video.StartTime) ?? 0) - (Seconds(format.StartTime) ?? 0));
        return new()
        {
            Format = format.Name!,
            Codec = video.Codec!,
            PixelFormat = video.PixelFormat,
            StreamIndex = video.Index,
            CodedWidth = video.Width,
            CodedHeight = video.Height,
            Width = onItsSide ? video.Height : shownWidth,
            Height = onItsSide ? shownWidth : video.Height,
            Rotation = rotation,
            SampleAspect = aspect,
            Duration = Duration(format, video, late),
            StartsLate = late,
            MayBeInterlaced = MayBeInterlaced(video),
            HasSound = hasSound,
        };
    }

    private static double SampleAspect(string? ratio)
    {
        var parts = (ratio ?? "").Split(':');
        return parts.Length == 2 && Seconds(parts[0]) is { } width && Seconds(parts[1]) is > 0 and var height
            && width / height is >= 1.0 / 16 and <= 16 and var aspect
            ? aspect
            : 1;
    }

    /// <summary>ffprobe counts counter-clockwise.</summary>
    private static int Rotation(IReadOnlyList<ProbedSideData>? sideData)
    {
        var turn = sideData?.FirstOrDefault(data => data.Rotation is not null)?.Rotation ?? 0;
        return (((int)Math.Round(-turn) % 360) + 360) % 360;
    }

    private static double? Duration(ProbedFormat format, ProbedStream video, double late)
    {
        var own = Seconds(video.Duration)
            ?? (video.Tags?.GetValueOrDefault("DURATION") is { } tag && TimeSpan.TryParse(Ticks(tag), CultureInfo.InvariantCulture, out var time)
                ? time.TotalSeconds
                : null);
        return own is > 0 ? own + late : Seconds(format.Duration) is > 0 and var whole ? whole : null;
    }

    /// <summary>Matroska writes nanoseconds; TimeSpan reads seven digits.</summary>
    private static string Ticks(string tag) => tag.Length > 16 && tag[^10] == '.' ? tag[..^2] : tag;

    private static bool MayBeInterlaced(ProbedStream video) =>
        video is { Width: >= 3, Height: >= 3 }
        && Array.Exists(PlanarFamilies, family => video.PixelFormat?.StartsWith(family, StringComparison.Ordinal) == true)
        && video.FieldOrder switch
        {
            "progressive" => false,
            null or "unknown" => CodecsWithFields.Contains(video.Codec),
            _ => true,
        };

    private static double? Seconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
