namespace TcMgc.Shared.Events;

/// <summary>The topics of the event log, each keyed by video id.</summary>
public static class Topics
{
    /// <summary>Carries <see cref="VideoUploaded"/>.</summary>
    public const string Uploaded = "videos.uploaded";

    /// <summary>Carries <see cref="VideoDecoded"/>.</summary>
    public const string Decoded = "videos.decoded";

    /// <summary>Carries <see cref="VideoIndexed"/>.</summary>
    public const string Indexed = "videos.indexed";

    /// <summary>Carries <see cref="VideoFailed"/>.</summary>
    public const string Failed = "videos.failed";

    /// <summary>Carries <see cref="VideoDeleted"/>.</summary>
    public const string Deleted = "videos.deleted";

    /// <summary>Carries <see cref="VideoDescribed"/>.</summary>
    public const string Described = "videos.described";

    /// <summary>Carries <see cref="VideoTranscribed"/>.</summary>
    public const string Transcribed = "videos.transcribed";

    /// <summary>The dead letters of all topics; no group subscribes to it.</summary>
    public const string Dead = "videos.dead";

    /// <summary>All topics of events.</summary>
    public static IReadOnlyList<string> All { get; } = [Uploaded, Decoded, Indexed, Failed, Deleted, Described, Transcribed];
}

/// <summary>The stages of processing a video, values of <see cref="VideoFailed.Stage"/>.</summary>
public static class Stages
{
    /// <summary>Probing the file and decoding its frames.</summary>
    public const string Decode = "decode";

    /// <summary>Encoding the frames and writing the segments.</summary>
    public const string Index = "index";
}
