using System.ComponentModel.DataAnnotations;
using TcMgc.Stores.Blobs.S3;

namespace TcMgc.Stores;

/// <summary>Which adapters store events, blobs, vectors and catalog; keys at the root of the configuration.</summary>
public sealed record StorageOptions
{
    /// <summary>The data folder of this process; default <c>data</c> in the working folder.</summary>
    [Required(ErrorMessage = "is empty; it must be a folder")]
    public string Data { get; init; } = "data";

    /// <summary>
    /// Folder of the blobs, which processes on several machines may share; or <c>s3://BUCKET</c> or <c>s3://BUCKET/FOLDER</c>
    /// with the settings of the section S3. Default: the folder <c>blobs</c> in the data folder.
    /// </summary>
    public string? Blobs { get; init; }

    /// <summary>
    /// Store of the event log: <c>sqlite</c>, the default, in the data folder; or <c>kafka</c>, with its section.
    /// </summary>
    public EventStore Events { get; init; }

    /// <summary>
    /// Store of the vectors: <c>sqlite</c>, the default, in the data folder; or <c>qdrant</c>, with its section.
    /// </summary>
    public VectorStore Vectors { get; init; }

    /// <summary>
    /// Bytes that uploads and versions for browsers leave free on the disks of data folder and blob folder, for work under way;
    /// 0 to 1 TiB, default 1 GiB.
    /// </summary>
    [Range(0.0, 1099511627776.0, ErrorMessage = "must be from {1} to {2}")]
    public long FreeBytes { get; init; } = 1L << 30;

    /// <summary>The folders that are written to, as full paths: the data folder, and one of the blobs elsewhere.</summary>
    public IReadOnlyList<string> Folders => Blobs is { Length: > 0 } blobs && !S3BlobStore.IsPlace(blobs)
        ? [Path.GetFullPath(Data), Path.GetFullPath(blobs)]
        : [Path.GetFullPath(Data)];
}

/// <summary>Store of the event log.</summary>
public enum EventStore
{
    /// <summary>A file in the data folder.</summary>
    Sqlite,

    /// <summary>Topics of a Kafka cluster.</summary>
    Kafka,
}

/// <summary>Store of the vectors.</summary>
public enum VectorStore
{
    /// <summary>A file in the data folder, searched in memory.</summary>
    Sqlite,

    /// <summary>A collection in Qdrant.</summary>
    Qdrant,
}
