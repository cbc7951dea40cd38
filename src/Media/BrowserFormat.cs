namespace TcMgc.Media;

/// <summary>What browsers play.</summary>
public enum BrowserFormat
{
    /// <summary>H.264 and AAC in MP4: nearly every browser.</summary>
    Mp4,

    /// <summary>VP9 or VP8 and Opus or Vorbis in WebM: also those that lack H.264.</summary>
    WebM,
}

/// <summary>How formats for browsers are called.</summary>
public static class BrowserFormats
{
    /// <summary>Its type of content.</summary>
    public static string TypeOf(BrowserFormat format) => $"video/{NameOf(format)}";

    /// <summary>Its name in requests, and the extension of files.</summary>
    public static string NameOf(BrowserFormat format) => format == BrowserFormat.Mp4 ? "mp4" : "webm";

    /// <summary>The format of a name; null where there is none of it.</summary>
    public static BrowserFormat? Parse(string name) => name switch
    {
        "mp4" => BrowserFormat.Mp4,
        "webm" => BrowserFormat.WebM,
        _ => null,
    };
}
