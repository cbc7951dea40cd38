using System.Text.Json.Serialization;

namespace TcMgc.Shared.Events;

/// <summary>Something that happened to a video. Payloads never ride in events: they name a blob or a file.</summary>
public abstract record VideoEvent
{
    /// <summary>The schema that this program writes, and the newest it reads.</summary>
    public const int CurrentSchema = 1;

    private protected VideoEvent() { }

    /// <summary>The topic that events of this kind are appended to, one of <see cref="Topics"/>.</summary>
    [JsonIgnore]
    public abstract string Topic { get; }

    /// <summary>Version of the event's schema; grows when a reader of the former could misread it.</summary>
    [JsonPropertyOrder(-2)]
    public int SchemaVersion { get; init; } = CurrentSchema;

    /// <summary>Names this event; an event delivered twice has the same id.</summary>
    [JsonPropertyOrder(-2)]
    public Guid EventId { get; init; } = Guid.CreateVersion7();

    /// <summary>The video; also the key that keeps a video's events in order within a topic.</summary>
    [JsonPropertyOrder(-2)]
    public required VideoId VideoId { get; init; }

    /// <summary>When it happened, by the clock of the worker that says so.</summary>
    [JsonPropertyOrder(-2)]
    public required DateTimeOffset Time { get; init; }

    /// <summary>
    /// The <see cref="EventId"/> of the upload that this event follows from (its own, for an upload). A video uploaded again
    /// starts anew: what still arrives of an earlier upload changes nothing.
    /// </summary>
    [JsonIgnore]
    public abstract Guid Upload { get; }
}

/// <summary>An event that follows from an upload.</summary>
public abstract record UploadOutcome : VideoEvent
{
    private protected UploadOutcome() { }

    /// <summary>The <see cref="VideoEvent.EventId"/> of the <see cref="VideoUploaded"/> that this follows from.</summary>
    [JsonPropertyOrder(-1)]
    public required Guid UploadId { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override Guid Upload => UploadId;
}

/// <summary>A video was given to be indexed; it can be read at <see cref="Source"/>.</summary>
public sealed record VideoUploaded : VideoEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Uploaded;

    /// <inheritdoc/>
    [JsonIgnore]
    public override Guid Upload => EventId;

    /// <summary>File name as the user knows it, without folders.</summary>
    public required string FileName { get; init; }

    /// <summary>SHA-256 of the content, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the content in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>
    /// Where the content lies: an absolute <c>file:</c> URI (an original that is referenced, not copied) or the name of a blob.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>Path of the original on this machine; null where <see cref="Source"/> is a blob's name.</summary>
    [JsonIgnore]
    public string? LocalPath => FileSource.PathIn(Source);

    /// <summary>The <see cref="Source"/> that refers to a file on this machine.</summary>
    public static string SourceOf(string path) => FileSource.Of(path);
}

/// <summary>A video's frames lie in a frame pack.</summary>
public sealed record VideoDecoded : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Decoded;

    /// <summary>Name of the blob with the frames.</summary>
    public required string FramePack { get; init; }

    /// <summary>Frames in the pack, at least 1.</summary>
    public required int Frames { get; init; }

    /// <summary>Length of the video in seconds.</summary>
    public required double Duration { get; init; }

    /// <summary>Width of the picture as shown (after rotation), in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the picture as shown (after rotation), in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>What was wrong though frames came out (a truncated file, damaged frames); null where nothing was.</summary>
    public string? Warning { get; init; }

    /// <summary>Seconds that decoding took.</summary>
    public required double Elapsed { get; init; }
}

/// <summary>A video's segments are in the index.</summary>
public sealed record VideoIndexed : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Indexed;

    /// <summary>Id of the model that encoded it.</summary>
    public required string ModelId { get; init; }

    /// <summary>Segments written, at least 1.</summary>
    public required int Segments { get; init; }

    /// <summary>Frames in those segments.</summary>
    public required int Frames { get; init; }

    /// <summary>Seconds that encoding and writing took.</summary>
    public required double Elapsed { get; init; }
}

/// <summary>A video cannot be indexed, and trying again would not help.</summary>
public sealed record VideoFailed : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Failed;

    /// <summary>The stage that failed, one of <see cref="Stages"/>.</summary>
    public required string Stage { get; init; }

    /// <summary>One line for the user: what is wrong with the file.</summary>
    public required string Reason { get; init; }
}

/// <summary>A video was removed by its user.</summary>
public sealed record VideoDeleted : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Deleted;
}

/// <summary>A video's user said what it is; the latest holds as a whole.</summary>
public sealed record VideoDescribed : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Described;

    /// <summary>What it is called; null where its file name will do.</summary>
    public string? Title { get; init; }

    /// <summary>Words to find it by; null where there are none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>What is said in a video became known; the latest holds as a whole.</summary>
public sealed record VideoTranscribed : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Transcribed;

    /// <summary>Name of the blob with its cues; null where they were taken away.</summary>
    public string? Transcript { get; init; }

    /// <summary>Cues in the blob; 0 where there is none.</summary>
    public required int Cues { get; init; }

    /// <summary>What of the transcript could not be read; null where all could.</summary>
    public string? Warning { get; init; }
}
