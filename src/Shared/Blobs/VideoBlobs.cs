namespace TcMgc.Shared.Blobs;

/// <summary>Names of a video's blobs.</summary>
public static class VideoBlobs
{
    /// <summary>Folder of the originals; the end of their names is the SHA-256 of the content.</summary>
    public const string Originals = "originals";

    /// <summary>Beginning of the names of all pictures.</summary>
    public const string Pictures = "pictures/";

    /// <summary>Beginning of the names of all frame packs.</summary>
    public const string Frames = "frames/";

    /// <summary>Beginning of the names of all versions for browsers.</summary>
    public const string Proxies = "proxies/";

    private const string Pack = ".pack", Transcripts = "transcripts/";

    /// <summary>
    /// A new folder for an original of a collection: <c>originals/UUID</c>, or <c>originals/COLLECTION/UUID</c>.
    /// </summary>
    public static string NewOriginalOf(CollectionId collection) =>
        $"{Originals}/{(collection.IsDefault ? "" : $"{collection}/")}{Guid.CreateVersion7()}";

    /// <summary>Name of the frame pack of a video, which exists from decoding until indexing.</summary>
    public static string FramesOf(VideoId video) => $"{Frames}{video}{Pack}";

    /// <summary>Prefix of the names of a video's pictures.</summary>
    public static string PicturesOf(VideoId video) => $"{Pictures}{video}/";

    /// <summary>Name of the pack with a small picture of each second of a video, which decoding writes.</summary>
    public static string SecondsOf(VideoId video) => $"{PicturesOf(video)}seconds.pictures";

    /// <summary>Name of the strip of a whole video.</summary>
    public static string StripOf(VideoId video) => $"{PicturesOf(video)}preview.jpg";

    /// <summary>Prefix of the names of a video's versions for browsers; the end is what the version is.</summary>
    public static string ProxiesOf(VideoId video) => $"{Proxies}{video}/";

    /// <summary>Folder of a video's transcripts; each is named after the SHA-256 of its content.</summary>
    public static string TranscriptsOf(VideoId video) => $"{Transcripts}{video}";

    /// <summary>Kind and video of a blob by its name; null for other names.</summary>
    internal static (VideoBlobKind Kind, VideoId Video)? Parse(string name)
    {
        if (name.StartsWith(Originals + "/", StringComparison.Ordinal) && OfOriginal(name.Split('/')) is { } original)
            return (VideoBlobKind.Original, original);
        if (name.StartsWith(Frames, StringComparison.Ordinal) && name.EndsWith(Pack, StringComparison.Ordinal)
            && VideoId.TryParse(name[Frames.Length..^Pack.Length], out var decoded))
            return (VideoBlobKind.Frames, decoded);
        if (name.StartsWith(Transcripts, StringComparison.Ordinal)
            && VideoId.TryParse(name[Transcripts.Length..].Split('/')[0], out var transcribed))
            return (VideoBlobKind.Transcript, transcribed);
        foreach (var (folder, kind) in new[] { (Pictures, VideoBlobKind.Picture), (Proxies, VideoBlobKind.Proxy) })
            if (name.StartsWith(folder, StringComparison.Ordinal)
                && VideoId.TryParse(name[folder.Length..].Split('/')[0], out var shown))
                return (kind, shown);
        return null;
    }

    private static VideoId? OfOriginal(string[] name)
    {
        var collection = CollectionId.Default;
        return (name.Length < 4 || CollectionId.TryParse(name[1], out collection))
            && name[^1] is { Length: 64 } sha256 && sha256.All(char.IsAsciiHexDigitLower)
                ? VideoId.FromSha256(Convert.FromHexString(sha256), collection) : null;
    }
}

/// <summary>Kind of a video's blob.</summary>
internal enum VideoBlobKind
{
    Original,
    Frames,
    Picture,
    Proxy,
    Transcript,
}
