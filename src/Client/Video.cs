using System.Text.Json.Serialization;

namespace TcMgc.Client;

/// <summary>What is known of a video.</summary>
/// <param name="Id">The video.</param>
/// <param name="Name">File name as the user knows it.</param>
/// <param name="State">How far it has come.</param>
/// <param name="UploadedAt">When it was uploaded.</param>
/// <param name="Bytes">Size of the original.</param>
public sealed record Video(Guid Id, string Name, VideoState State, DateTimeOffset UploadedAt, long Bytes)
{
    /// <summary>What its user calls it.</summary>
    public string? Title { get; init; }

    /// <summary>Its user's words to find it by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>When it was recorded, once decoded; null where its file does not say.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>Length in seconds, once decoded.</summary>
    public double? Duration { get; init; }

    /// <summary>Width as shown, in pixels, once decoded.</summary>
    public int? Width { get; init; }

    /// <summary>Height as shown, in pixels, once decoded.</summary>
    public int? Height { get; init; }

    /// <summary>Frames that were decoded, once they were.</summary>
    public int? Frames { get; init; }

    /// <summary>The stages that it passes, in order.</summary>
    public IReadOnlyList<VideoStage> Stages { get; init; } = [];

    /// <summary>What was wrong though frames came out.</summary>
    public string? Warning { get; init; }

    /// <summary>Why it cannot be found; null unless failed.</summary>
    public VideoFailure? Failure { get; init; }

    /// <summary>Where the original can be played; relative to the service.</summary>
    public required string Stream { get; init; }

    /// <summary>
    /// Whether browsers play the original: true, all do; false, none does; null, some do, or it is not known (of videos that were
    /// decoded by an earlier program).
    /// </summary>
    public bool? Plays { get; init; }

    /// <summary>Where a version is prepared that browsers play (<see cref="VideoProxy"/>); relative to the service.</summary>
    public string? Proxy { get; init; }

    /// <summary>Where a picture of it is, once decoded; relative to the service.</summary>
    public string? Thumbnail { get; init; }

    /// <summary>Where pictures of all of it are, once decoded.</summary>
    public VideoPreview? Preview { get; init; }

    /// <summary>Where what is said in it is, where that is known; relative to the service.</summary>
    public string? Transcript { get; init; }

    /// <summary>Its parts in the index, where it was asked for alone.</summary>
    public IReadOnlyList<VideoSegment>? Segments { get; init; }

    /// <summary>Names this state of it, to change only what was seen; where it was asked for alone. Comes as a header.</summary>
    [JsonIgnore]
    public string? Tag { get; init; }
}

/// <summary>How far a video has come.</summary>
public enum VideoState
{
    /// <summary>Waits for its frames to be decoded.</summary>
    Uploaded,

    /// <summary>Its frames wait to be encoded.</summary>
    Decoded,

    /// <summary>Cannot be indexed: <see cref="Video.Failure"/> says why.</summary>
    Failed,

    /// <summary>Can be found.</summary>
    Indexed,
}

/// <summary>A stage of a video.</summary>
/// <param name="Name"><c>decode</c> or <c>index</c>.</param>
/// <param name="State">Whether it was passed.</param>
/// <param name="Seconds">How long it took, once passed.</param>
public sealed record VideoStage(string Name, StageState State, double? Seconds);

/// <summary>Whether a stage was passed.</summary>
public enum StageState
{
    /// <summary>It waits for the stage before it or for its turn, or is under way.</summary>
    Waiting,

    /// <summary>It was passed.</summary>
    Done,

    /// <summary>The video failed there.</summary>
    Failed,
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

/// <summary>Pictures of a whole video as one picture, row by row.</summary>
/// <param name="Url">Where it is; relative to the service.</param>
/// <param name="Count">Pictures in it.</param>
/// <param name="Columns">Pictures in a row.</param>
/// <param name="Width">Width of one in pixels.</param>
/// <param name="Height">Height of one in pixels.</param>
/// <param name="Interval">Seconds from one to the next; the first is the start's.</param>
public sealed record VideoPreview(string Url, int Count, int Columns, int Width, int Height, double Interval);

/// <summary>The body of <c>PATCH /api/v1/videos/{id}</c>: what is null stays as it is, what is empty is taken away.</summary>
/// <param name="Title">What the video is called; empty: by its file name.</param>
/// <param name="Tags">Words to find it by, all of them.</param>
public sealed record VideoDescription(string? Title = null, IReadOnlyList<string>? Tags = null);

/// <summary>How far a stage has come with a video: the event <c>progress</c>.</summary>
/// <param name="Id">The video.</param>
/// <param name="Stage"><c>decode</c> or <c>index</c>.</param>
/// <param name="Percent">0 to 100.</param>
public sealed record VideoProgress(Guid Id, string Stage, int Percent);

/// <summary>A video's version for browsers: <c>/api/v1/videos/{id}/proxy</c>.</summary>
/// <param name="State">How far it is.</param>
/// <param name="Percent">What is made of it, 0 to 100.</param>
/// <param name="Reason">Why there is none, in one line; null unless failed.</param>
/// <param name="Stream">Where it can be played, once ready; relative to the service.</param>
public sealed record VideoProxy(ProxyState State, int Percent = 0, string? Reason = null, string? Stream = null);

/// <summary>How far a version for browsers is.</summary>
public enum ProxyState
{
    /// <summary>Nobody has asked for it.</summary>
    None,

    /// <summary>Others are made before it.</summary>
    Waiting,

    /// <summary>It is being made.</summary>
    Making,

    /// <summary>It can be played.</summary>
    Ready,

    /// <summary>It cannot be made now; asked for again, it is tried again.</summary>
    Failed,
}

/// <summary>What browsers play.</summary>
public enum PlayableFormat
{
    /// <summary>H.264 and AAC in MP4: nearly every browser.</summary>
    Mp4,

    /// <summary>VP9 and Opus in WebM: also those that lack H.264.</summary>
    WebM,
}

/// <summary>A part of a video.</summary>
/// <param name="Name">What its file may be called.</param>
/// <param name="Content">The file, to be read once; disposed of with this object.</param>
public sealed record VideoClip(string Name, Stream Content) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>What an upload led to.</summary>
/// <param name="Id">The video; of the same content always the same.</param>
/// <param name="Name">File name under which it is known.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Known">Whether the same content was there already.</param>
/// <param name="Url">Path at which its state is shown.</param>
public sealed record UploadedVideo(Guid Id, string Name, long Bytes, bool Known, string Url);

/// <summary>What was read of a transcript.</summary>
/// <param name="Cues">Cues that were read.</param>
/// <param name="Warning">What could not be read, in one line; null where all could.</param>
public sealed record ReadTranscript(int Cues, string? Warning);
