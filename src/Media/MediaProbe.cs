using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FFMpegCore;
using FFMpegCore.Exceptions;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>Says what a file is, and refuses what is no video or too large to decode, before anything is decoded.</summary>
/// <param name="options">Programs and limits.</param>
/// <param name="time">Clock of the watchdog; the system's by default.</param>
public sealed class MediaProbe(MediaOptions options, TimeProvider? time = null)
{
    /// <summary>Far more than the report of a real video, some kilobytes.</summary>
    private const int MaxReportBytes = 1 << 20;

    private const string DurationTag = "DURATION";
    private const string Entries =
        $"format=format_name,start_time,duration:format_tags={RecordingTime.Tag}:"
        + "stream=index,codec_type,codec_name,width,height,pix_fmt,field_order,sample_aspect_ratio,start_time,duration,"
        + "avg_frame_rate:"
        + "stream_disposition=attached_pic,still_image,timed_thumbnails:stream_side_data=side_data_type,rotation:"
        + $"stream_tags={DurationTag}";

    // Codecs that come interlaced; for others an unknown field order means nothing.
    private static readonly string[] CodecsWithFields =
        ["h264", "mpeg2video", "mpeg4", "vc1", "dvvideo", "prores", "dnxhd", "ffv1", "mjpeg"];

    // What yadif takes; others would be converted twice.
    private static readonly string[] PlanarFamilies =
        ["yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p", "yuv410p", "yuvj4", "gbrp", "gray"];

    /// <summary>Probes a file, whatever its name.</summary>
    /// <exception cref="UserException">ffprobe is not installed.</exception>
    public async ValueTask<MediaResult<MediaInfo>> ProbeAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (FileHead.ReasonAgainst(path, out var head) is { } reason)
            return MediaResult.Refused<MediaInfo>(reason);
        if (FileHead.IsAnimatedWebP(head))
            return MediaResult.Refused<MediaInfo>(
                "is an animated WebP picture, which ffmpeg cannot decode; convert it to GIF or MP4");
        var input = FfmpegInput.Link(path);
        var arguments = $"-v error -hide_banner -show_entries {Entries} -of json "
            + $"{FfmpegArguments.Guards(ContainerFormats.ForFiles, options)} {input.Name}";
        await using var ffprobe = FfmpegProcess.Start(options.Ffprobe, arguments, input, options, time ?? TimeProvider.System);
        var json = new byte[MaxReportBytes];
        var length = await ffprobe.ReadAsync(json, cancellationToken);
        if (length == json.Length)
            return MediaResult.Refused<MediaInfo>("has more streams than any video");
        var (status, messages) = await ffprobe.EndAsync(cancellationToken);
        if (ContainerFormats.RefusedIn(messages) is { } format)
            return MediaResult.Refused<MediaInfo>(ContainerFormats.ReasonToRefuse(format));
        if (FfmpegMessages.HasTooManyStreams(messages))
            return MediaResult.Refused<MediaInfo>($"has more than {options.MaxStreams} streams (Media:MaxStreams)");
        if (Codecs.RefusedIn(messages) is { } codec && status != 0)
            return MediaResult.Refused<MediaInfo>(Codecs.ReasonToRefuse(codec));
        if (ffprobe.Limit is { } limit)
            return MediaResult.Refused<MediaInfo>($"could not be read ({limit})");
        // Some decoders refuse before ffprobe has a report, others leave the size out of it.
        if (FfmpegMessages.RefusedSize(messages) is { } size && options.IsTooLarge(size.Width, size.Height))
            return MediaResult.Refused<MediaInfo>(options.TooLarge(size.Width, size.Height));
        return status == 0 && Analysis(Encoding.UTF8.GetString(json, 0, length)) is { } report
            ? Choose(report, messages)
            : MediaResult.Refused<MediaInfo>(FileHead.ReasonUnreadable(head, messages));
    }

    /// <summary>A report as FFMpegCore reads it; null where it is none.</summary>
    private static IMediaAnalysis? Analysis(string report)
    {
        try
        {
            return FFProbe.FromJson(report);
        }
        catch (Exception error) when (error is FormatNullException or JsonException)
        {
            return null;
        }
        catch (Exception error) when (error is OverflowException or ArgumentException)
        {
            return FFProbe.FromJson(WithoutTags(report)); // The length that is written in a tag is more than it can count.
        }
    }

    private static string WithoutTags(string report)
    {
        var json = JsonNode.Parse(report)!;
        foreach (var stream in json["streams"]!.AsArray())
            stream!.AsObject().Remove("tags");
        return json.ToJsonString();
    }

    private MediaResult<MediaInfo> Choose(IMediaAnalysis report, IReadOnlyList<string> messages)
    {
        // A cover or a thumbnail is kept as if it were a stream.
        if (report.VideoStreams.FirstOrDefault(stream => stream.Disposition?.Any(kind => kind.Value) != true) is not { } video)
            return MediaResult.Refused<MediaInfo>(report.VideoStreams.Count > 0
                ? "has only a cover picture, no video stream"
                : report.AudioStreams.Count > 0 ? "has only sound, no video stream" : "has no video stream");
        if (video.CodecName is null or "unknown")
            return MediaResult.Refused<MediaInfo>("has a video stream of a codec that ffmpeg does not know");
        if (video is not { Width: > 0 and var width, Height: > 0 and var height })
            return MediaResult.Refused<MediaInfo>($"has a video stream that cannot be read{FfmpegMessages.Quoted(messages)}");
        if (options.IsTooLarge(width, height))
            return MediaResult.Refused<MediaInfo>(options.TooLarge(width, height));
        var info = Describe(report, video, width, height) with
        {
            RecordedAt = RecordingTime.Of(
                report.Raw.Format.Tags?.GetValueOrDefault(RecordingTime.Tag), (time ?? TimeProvider.System).GetUtcNow()),
        };
        return info.Duration * video.AverageFrameRate > options.MaxFrames
            ? MediaResult.Refused<MediaInfo>(
                $"has {info.Duration * video.AverageFrameRate:0} frames, more than {options.MaxFrames} (Media:MaxFrames)")
            : info;
    }

    private static MediaInfo Describe(IMediaAnalysis report, VideoStream video, int width, int height)
    {
        // FFMpegCore cuts times to milliseconds.
        var (format, stream) = (report.Raw.Format, report.Raw.Streams.First(stream => stream.Index == video.Index));
        var pixel = video.SampleAspectRatio;
        var aspect = Aspect((double)pixel.Width / pixel.Height);
        var rotation = (360 - video.Rotation % 360) % 360; // ffprobe counts counter-clockwise.
        var shownWidth = ShownWidth(width, aspect);
        var onItsSide = rotation is 90 or 270;
        var late = Math.Max(0, (Seconds(stream.StartTime) ?? 0) - (Seconds(format.StartTime) ?? 0));
        return new()
        {
            Format = format.FormatName,
            Codec = video.CodecName!,
            PixelFormat = video.PixelFormat,
            StreamIndex = video.Index,
            CodedWidth = width,
            CodedHeight = height,
            Width = onItsSide ? height : shownWidth,
            Height = onItsSide ? shownWidth : height,
            Rotation = rotation,
            SampleAspect = aspect,
            Duration = Duration(format, stream, late),
            StartsLate = late,
            MayBeInterlaced = MayBeInterlaced(width, height, video.PixelFormat, video.CodecName!, video.FieldOrder),
            HasSound = report.AudioStreams.Count > 0,
            SoundCodec = report.AudioStreams is [var sound, ..] ? sound.CodecName : null,
        };
    }

    private static double? Duration(FFProbeFormat format, FFProbeStream video, double late)
    {
        // Matroska writes nanoseconds; TimeSpan reads seven digits.
        var own = Seconds(video.Duration)
            ?? (video.Tags?.GetValueOrDefault(DurationTag) is { } tag
                && TimeSpan.TryParse(tag[..Math.Min(16, tag.Length)], CultureInfo.InvariantCulture, out var time)
                    ? time.TotalSeconds
                    : null);
        return own is > 0 ? own + late : Seconds(format.Duration) is > 0 and var whole ? whole : null;
    }

    /// <summary>Width of a pixel over its height, as it is taken: 1 where a file says what cannot be.</summary>
    internal static double Aspect(double ratio) => ratio is >= 1.0 / 16 and <= 16 ? ratio : 1;

    /// <summary>A width in square pixels.</summary>
    internal static int ShownWidth(int width, double aspect) =>
        Math.Max(1, (int)Math.Round(width * aspect, MidpointRounding.AwayFromZero));

    /// <summary>Whether frames may be two fields, and can be made whole.</summary>
    internal static bool MayBeInterlaced(int width, int height, string? pixels, string codec, string? fieldOrder) =>
        width >= 3 && height >= 3
        && Array.Exists(PlanarFamilies, family => pixels?.StartsWith(family, StringComparison.Ordinal) == true)
        && fieldOrder switch
        {
            "progressive" => false,
            null or "unknown" => CodecsWithFields.Contains(codec),
            _ => true,
        };

    private static double? Seconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value : null;
}
