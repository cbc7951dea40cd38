using System.Globalization;

namespace TcMgc.Media;

/// <summary>When a video was recorded, as its container says.</summary>
internal static class RecordingTime
{
    /// <summary>ffmpeg's name of what containers have of it.</summary>
    public const string Tag = "creation_time";

    /// <summary>Earlier times are those of clocks that nobody has set: they begin in 1904, 1970 or 1980.</summary>
    private static readonly DateTimeOffset s_first = new(1980, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The time in a tag, as ffmpeg writes it; null where there is none, or it is before any or still to come.</summary>
    public static DateTimeOffset? Of(string? tag, DateTimeOffset now) =>
        DateTimeOffset.TryParse(tag, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        && time >= s_first && time <= now ? time : null;
}
