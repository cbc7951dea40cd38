using System.ComponentModel.DataAnnotations;

namespace TcMgc.Stores;

/// <summary>Which adapters keep events, blobs, vectors and catalog; keys at the root of the configuration.</summary>
public sealed record StorageOptions
{
    /// <summary>The data folder, of one process; default <c>data</c> below the working folder.</summary>
    [Required(ErrorMessage = "is empty; it must be a folder")]
    public string Data { get; init; } = "data";

    /// <summary>
    /// Folder of the blobs, which processes on several machines may share; or <c>s3://BUCKET</c> or <c>s3://BUCKET/FOLDER</c>, set by
    /// the section of S3; default the folder <c>blobs</c> in the data folder.
    /// </summary>
    public string? Blobs { get; init; }

    /// <summary>What keeps the event log: <c>sqlite</c>, the default, in the data folder; or <c>kafka</c>, set by its section.</summary>
    public EventStore Events { get; init; }

    /// <summary>What keeps the vectors: <c>sqlite</c>, the default, in the data folder; or <c>qdrant</c>, set by its section.</summary>
    public VectorStore Vectors { get; init; }
}

/// <summary>What keeps the event log.</summary>
public enum EventStore
{
    /// <summary>A file in the data folder.</summary>
    Sqlite,

    /// <summary>Topics of a Kafka cluster.</summary>
    Kafka,
}

/// <summary>What keeps the vectors.</summary>
public enum VectorStore
{
    /// <summary>A file in the data folder, searched in memory.</summary>
    Sqlite,

    /// <summary>A collection of Qdrant.</summary>
    Qdrant,
}
