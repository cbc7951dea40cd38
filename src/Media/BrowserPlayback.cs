namespace TcMgc.Media;

/// <summary>Which files browsers play as they are.</summary>
public static class BrowserPlayback
{
    private const string Mp4 = "mp4", WebM = "webm";

    /// <summary>Whether browsers play a file.</summary>
    /// <param name="container">ffmpeg's names of its container.</param>
    /// <param name="codec">ffmpeg's name of the codec of its pictures.</param>
    /// <param name="pixels">ffmpeg's name of their pixel format; null where unknown.</param>
    /// <param name="sound">ffmpeg's name of the codec of its sound; null where it has none.</param>
    /// <returns>True: all do. False: none does, or not with picture and sound. Null: some do; a browser has to try.</returns>
    public static bool? Plays(string container, string codec, string? pixels, string? sound)
    {
        ArgumentNullException.ThrowIfNull(container);
        var containers = container.Split(',');
        if (containers.Contains(Mp4))
            return sound is not (null or "aac" or "mp3" or "opus" or "flac" or "alac") ? false : codec switch
            {
                "h264" when pixels is "yuv420p" or "yuvj420p" && sound is null or "aac" or "mp3" => true,
                "h264" or "hevc" or "av1" or "vp9" => null,
                _ => false,
            };
        if (containers.Contains(WebM))
            return sound is not (null or "opus" or "vorbis" or "aac" or "mp3" or "flac") ? false : codec switch
            {
                "vp8" or "vp9" when pixels is "yuv420p" or "yuva420p" && sound is null or "opus" or "vorbis" => true,
                "vp8" or "vp9" or "av1" or "h264" or "hevc" => null,
                _ => false,
            };
        return false;
    }

    /// <summary>The type of content that browsers want for a file that they play; null for others.</summary>
    /// <inheritdoc cref="Plays"/>
    public static string? ContentType(string container, string codec)
    {
        ArgumentNullException.ThrowIfNull(container);
        var containers = container.Split(',');
        return containers.Contains(Mp4) ? BrowserFormats.TypeOf(BrowserFormat.Mp4)
            : containers.Contains(WebM) && codec is "vp8" or "vp9" or "av1" ? BrowserFormats.TypeOf(BrowserFormat.WebM) : null;
    }
}
