namespace TcMgc.Client;

/// <summary>What an upload led to.</summary>
/// <param name="Id">The video; of the same content always the same.</param>
/// <param name="Name">File name under which it is known.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Known">Whether the same content was there already.</param>
public sealed record UploadedVideo(Guid Id, string Name, long Bytes, bool Known);

/// <summary>How far a video has come.</summary>
public enum VideoState
{
    /// <summary>Waits for its frames to be taken.</summary>
    Uploaded,

    /// <summary>Its frames wait to be encoded.</summary>
    Decoded,

    /// <summary>Cannot be indexed: <see cref="Video.Failure"/> says why.</summary>
    Failed,

    /// <summary>Can be found.</summary>
    Indexed,
}

/// <summary>What is known of a video.</summary>
/// <param name="Id">The video.</param>
/// <param name="Name">File name.</param>
/// <param name="State">How far it has come.</param>
/// <param name="UploadedAt">When it was uploaded.</param>
/// <param name="Bytes">Size of the original.</param>
public sealed record Video(Guid Id, string Name, VideoState State, DateTimeOffset UploadedAt, long Bytes)
{
    /// <summary>What its user calls it.</summary>
    public string? Title { get; init; }

    /// <summary>Its user's words to find it by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Length in seconds, once decoded.</summary>
    public double? Duration { get; init; }

    /// <summary>Width as shown, in pixels, once decoded.</summary>
    public int? Width { get; init; }

    /// <summary>Height as shown, in pixels, once decoded.</summary>
    public int? Height { get; init; }

    /// <summary>Frames taken, once decoded.</summary>
    public int? Frames { get; init; }

    /// <summary>What was wrong though frames came out.</summary>
    public string? Warning { get; init; }

    /// <summary>Why it cannot be found; null unless failed.</summary>
    public VideoFailure? Failure { get; init; }

    /// <summary>Where a picture of it is, once decoded; relative to the service.</summary>
    public string? Thumbnail { get; init; }

    /// <summary>Its parts in the index, where it was asked for alone.</summary>
    public IReadOnlyList<VideoSegment>? Segments { get; init; }

    /// <summary>Names this state of it, to change only what was seen; where it was asked for alone.</summary>
    public string? Tag { get; init; }
}

/// <summary>Why a video cannot be found.</summary>
/// <param name="Stage">The stage that failed.</param>
/// <param name="Reason">One line for its user.</param>
public sealed record VideoFailure(string Stage, string Reason);

/// <summary>A part of a video in the index.</summary>
/// <param name="Id">The segment.</param>
/// <param name="Start">Where it starts, in seconds.</param>
/// <param name="End">Where it ends, in seconds.</param>
public sealed record VideoSegment(Guid Id, double Start, double End);

/// <summary>A transcript that was taken in.</summary>
/// <param name="Cues">Cues that were read.</param>
/// <param name="Warning">What could not be read, in one line; null where all could.</param>
public sealed record TakenTranscript(int Cues, string? Warning);
