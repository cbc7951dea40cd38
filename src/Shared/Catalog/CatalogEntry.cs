using System.Text.Json.Serialization;
using TcMgc.Shared.Events;

namespace TcMgc.Shared.Catalog;

/// <summary>How far the processing of a video has come; a later state overrides an earlier one.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VideoState>))]
public enum VideoState
{
    /// <summary>Waits to be decoded.</summary>
    Uploaded,

    /// <summary>Waits to be encoded.</summary>
    Decoded,

    /// <summary>Cannot be indexed: see <see cref="CatalogEntry.Reason"/>.</summary>
    Failed,

    /// <summary>Can be found.</summary>
    Indexed,

    /// <summary>Removed by its user.</summary>
    Deleted,
}

/// <summary>What is known of a video.</summary>
public sealed record CatalogEntry
{
    /// <summary>The video.</summary>
    public required VideoId Id { get; init; }

    /// <summary>The collection that it belongs to; absent in JSON for the default one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public CollectionId Collection { get; init; }

    /// <summary>Id of the upload event that the entry describes; the events that follow from it carry it.</summary>
    public required Guid UploadId { get; init; }

    /// <summary>File name as the user knows it.</summary>
    public required string Name { get; init; }

    /// <summary>Title that its user gave it; null where there is none.</summary>
    public string? Title { get; init; }

    /// <summary>Tags that its user gave it; null where there are none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Where the original lies: see <see cref="VideoUploaded.Source"/>.</summary>
    public required string Source { get; init; }

    /// <summary>SHA-256 of the content, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the original in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>How far its processing has come.</summary>
    public required VideoState State { get; init; }

    /// <summary>When it was uploaded.</summary>
    public required DateTimeOffset UploadedAt { get; init; }

    /// <summary>When it was recorded; null until decoded, and where its file does not say.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>Length in seconds; null until decoded.</summary>
    public double? Duration { get; init; }

    /// <summary>Width as shown, in pixels; null until decoded.</summary>
    public int? Width { get; init; }

    /// <summary>Height as shown, in pixels; null until decoded.</summary>
    public int? Height { get; init; }

    /// <summary>What its file is; null until decoded, and where a program decoded it that did not say so.</summary>
    public VideoFormat? Format { get; init; }

    /// <summary>Decoded frames; null until decoded.</summary>
    public int? Frames { get; init; }

    /// <summary>What was wrong although there are frames; null where nothing was.</summary>
    public string? Warning { get; init; }

    /// <summary>Seconds that decoding took; null until decoded.</summary>
    public double? DecodeSeconds { get; init; }

    /// <summary>Model that encoded it; null until indexed.</summary>
    public string? ModelId { get; init; }

    /// <summary>Segments in the index; null until indexed.</summary>
    public int? Segments { get; init; }

    /// <summary>Seconds that encoding and writing took; null until indexed.</summary>
    public double? IndexSeconds { get; init; }

    /// <summary>When it could be found first; null until indexed.</summary>
    public DateTimeOffset? IndexedAt { get; init; }

    /// <summary>Name of the blob with its transcript; null where none is known.</summary>
    public string? Transcript { get; init; }

    /// <summary>Stage that failed, one of <see cref="Stages"/>; null unless failed.</summary>
    public string? FailedStage { get; init; }

    /// <summary>Why it failed; null unless failed.</summary>
    public string? Reason { get; init; }
}
