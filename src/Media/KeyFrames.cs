using System.Globalization;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>Where the key frames of a video are. Nothing is decoded for that, but the whole file is read.</summary>
/// <param name="options">Programs, limits and patience.</param>
/// <param name="time">Clock of the watchdog.</param>
internal sealed class KeyFrames(MediaOptions options, TimeProvider time)
{
    /// <summary>As it is compared: times in files are rounded.</summary>
    private readonly double _distance = options.KeyFrameDistance.TotalSeconds + 0.0005;

    /// <summary>
    /// Whether each second of a video has a key frame at most <see cref="MediaOptions.KeyFrameDistance"/> before it.
    /// </summary>
    /// <exception cref="UserException">ffprobe is not installed.</exception>
    public async ValueTask<bool> AreCloseAsync(string path, MediaInfo info, CancellationToken cancel)
    {
        if (info.Duration is not { } duration)
            return false;
        var input = FfmpegInput.Link(path);
        var arguments = $"-v error -hide_banner -select_streams {info.StreamIndex} -show_entries packet=pts_time,flags "
            + $"-of csv=p=0 {FfmpegArguments.Guards(ContainerFormats.ForFiles, options)} {input.Name}";
        await using var ffprobe = FfmpegProcess.Start(options.Ffprobe, arguments, input, options, time);
        double? start = null;
        var last = 0.0;
        await foreach (var packet in ffprobe.ReadLinesAsync(cancel))
        {
            if (packet.Split(',') is not [var text, ['K', ..], ..])
                continue;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var at))
                return false;
            if (start is null)
                start = at - info.StartsLate; // Until its first frame comes, a video shows that.
            else if (Behind(last, at - start.Value) > _distance)
                return false;
            last = at - start.Value;
        }
        await ffprobe.EndAsync(cancel);
        return start is not null && Behind(last, duration) <= _distance;
    }

    /// <summary>How far the last whole second before a key frame is behind the key frame before, in seconds.</summary>
    private static double Behind(double last, double next) => Math.Ceiling(next) - 1 - last;
}
