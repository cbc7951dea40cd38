using System.Text.Json.Serialization;

namespace TcMgc.Shared.Events;

/// <summary>An event of a video. Events contain no payloads, only the names of blobs or files.</summary>
public abstract record VideoEvent
{
    /// <summary>
    /// The newest schema version that this program reads. It writes 1, and 2 where an event names a collection other than the
    /// default one, which a reader of version 1 would take for that.
    /// </summary>
    public const int CurrentSchema = 2;

    private protected VideoEvent() { }

    /// <summary>The topic that events of this kind are appended to, one of <see cref="Topics"/>.</summary>
    [JsonIgnore]
    public abstract string Topic { get; }

    /// <summary>Version of the event's schema; increased when older programs could misread the event.</summary>
    [JsonPropertyOrder(-2)]
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Id of this event, the same when it is delivered again.</summary>
    [JsonPropertyOrder(-2)]
    public Guid EventId { get; init; } = Guid.CreateVersion7();

    /// <summary>The video; also the key that keeps a video's events in order within a topic.</summary>
    [JsonPropertyOrder(-2)]
    public required VideoId VideoId { get; init; }

    /// <summary>Time of the event, by the clock of the worker that reports it.</summary>
    [JsonPropertyOrder(-2)]
    public required DateTimeOffset Time { get; init; }

    /// <summary>
    /// The <see cref="EventId"/> of the upload that this event belongs to (its own, for an upload). After another upload of the
    /// same video, events of the earlier one have no effect.
    /// </summary>
    [JsonIgnore]
    public abstract Guid Upload { get; }

    private protected static int SchemaWith(CollectionId collection) => collection.IsDefault ? 1 : CurrentSchema;
}

/// <summary>An event that results from an upload.</summary>
public abstract record UploadOutcome : VideoEvent
{
    private protected UploadOutcome() { }

    /// <summary>The <see cref="VideoEvent.EventId"/> of the <see cref="VideoUploaded"/> that this results from.</summary>
    [JsonPropertyOrder(-1)]
    public required Guid UploadId { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override Guid Upload => UploadId;
}

/// <summary>A video was uploaded for indexing; its content is at <see cref="Source"/>.</summary>
public sealed record VideoUploaded : VideoEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Uploaded;

    /// <inheritdoc/>
    [JsonIgnore]
    public override Guid Upload => EventId;

    /// <summary>The collection that the video was uploaded to; absent in JSON for the default one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public CollectionId Collection
    {
        get;
        init => (field, SchemaVersion) = (value, SchemaWith(value));
    }

    /// <summary>File name as the user knows it, without folders.</summary>
    public required string FileName { get; init; }

    /// <summary>SHA-256 of the content, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the content in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>
    /// Where the content is: an absolute <c>file:</c> URI (an original that is referenced, not copied) or the name of a blob.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>Path of the original on this machine; null where <see cref="Source"/> is a blob's name.</summary>
    [JsonIgnore]
    public string? LocalPath => FileSource.PathIn(Source);

    /// <summary>The <see cref="Source"/> that refers to a file on this machine.</summary>
    public static string SourceOf(string path) => FileSource.Of(path);
}

/// <summary>A video was decoded; its frames are in a frame pack.</summary>
public sealed record VideoDecoded : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Decoded;

    /// <summary>The video's collection; absent in JSON for the default one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public CollectionId Collection
    {
        get;
        init => (field, SchemaVersion) = (value, SchemaWith(value));
    }

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

    /// <summary>What its file is; null in events of programs that did not say so.</summary>
    public VideoFormat? Format { get; init; }

    /// <summary>When it was recorded; null where its file does not say, and in events of programs that did not ask.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>
    /// Problems of a video that could still be decoded (truncated file, damaged frames); null where there were none.
    /// </summary>
    public string? Warning { get; init; }

    /// <summary>Time of decoding in seconds.</summary>
    public required double Elapsed { get; init; }
}

/// <summary>A video was indexed; its segments are in the index.</summary>
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

    /// <summary>Time of encoding and writing in seconds.</summary>
    public required double Elapsed { get; init; }
}

/// <summary>A video cannot be indexed, and retries would not help.</summary>
public sealed record VideoFailed : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Failed;

    /// <summary>The stage that failed, one of <see cref="Stages"/>.</summary>
    public required string Stage { get; init; }

    /// <summary>What is wrong with the file, in one line for the user.</summary>
    public required string Reason { get; init; }
}

/// <summary>A video was removed by its user.</summary>
public sealed record VideoDeleted : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Deleted;
}

/// <summary>A user set title and tags of a video. Replaces the earlier description.</summary>
public sealed record VideoDescribed : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Described;

    /// <summary>Title; null to show the file name.</summary>
    public string? Title { get; init; }

    /// <summary>Tags; null where there are none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>A video got a transcript, or lost it. Replaces the earlier transcript.</summary>
public sealed record VideoTranscribed : UploadOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Topic => Topics.Transcribed;

    /// <summary>Name of the blob with the cues; null where the transcript was removed.</summary>
    public string? Transcript { get; init; }

    /// <summary>Cues in the blob; 0 where there is none.</summary>
    public required int Cues { get; init; }

    /// <summary>Problems of a transcript that could be read in part; null where there were none.</summary>
    public string? Warning { get; init; }
}
