namespace TcMgc.Shared.Blobs;

/// <summary>Where what is kept of a video lies in the blob store.</summary>
public static class VideoBlobs
{
    /// <summary>Folder of the originals; each is named by its upload, then by its content's SHA-256.</summary>
    public const string Originals = "originals";

    private const string Frames = "frames/", Pack = ".pack", Pictures = "pictures/", Transcripts = "transcripts/";

    /// <summary>Name of the blob that holds a video's frames from when it is decoded until it is indexed.</summary>
    public static string FramesOf(VideoId video) => $"{Frames}{video}{Pack}";

    /// <summary>What the names of a video's pictures begin with.</summary>
    public static string PicturesOf(VideoId video) => $"{Pictures}{video}/";

    /// <summary>Folder of what is said in a video; each blob in it is named by its content's SHA-256.</summary>
    public static string TranscriptsOf(VideoId video) => $"{Transcripts}{video}";

    /// <summary>What a name says that a blob is of which video; null where it is none of these.</summary>
    internal static (VideoBlobKind Kind, VideoId Video)? Parse(string name)
    {
        if (name.StartsWith(Originals + "/", StringComparison.Ordinal) && OfContent(name.Split('/')[^1]) is { } content)
            return (VideoBlobKind.Original, content);
        if (name.StartsWith(Frames, StringComparison.Ordinal) && name.EndsWith(Pack, StringComparison.Ordinal)
            && VideoId.TryParse(name[Frames.Length..^Pack.Length], out var decoded))
            return (VideoBlobKind.Frames, decoded);
        if (name.StartsWith(Transcripts, StringComparison.Ordinal)
            && VideoId.TryParse(name[Transcripts.Length..].Split('/')[0], out var heard))
            return (VideoBlobKind.Transcript, heard);
        return name.StartsWith(Pictures, StringComparison.Ordinal)
            && VideoId.TryParse(name[Pictures.Length..].Split('/')[0], out var shown)
            ? (VideoBlobKind.Picture, shown)
            : null;
    }

    private static VideoId? OfContent(string sha256) =>
        sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower) ? VideoId.FromSha256(Convert.FromHexString(sha256)) : null;
}

/// <summary>What a blob is of a video.</summary>
internal enum VideoBlobKind
{
    Original,
    Frames,
    Picture,
    Transcript,
}
