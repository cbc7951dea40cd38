namespace TcMgc.Client;

/// <summary>What a service is, and how it stands.</summary>
/// <param name="Version">The program's version.</param>
/// <param name="Model">The model that searches.</param>
/// <param name="Videos">Videos that the collection has, failed and waiting ones included.</param>
/// <param name="Waiting">Those of them that are not yet indexed.</param>
/// <param name="Segments">Segments of those that are.</param>
public sealed record ServiceStatus(string Version, ModelStatus Model, int Videos, int Waiting, long Segments)
{
    /// <summary>The collection that was asked about.</summary>
    public string Collection { get; init; } = "default";

    /// <summary>Size of the originals that wait to be indexed, in bytes.</summary>
    public long WaitingBytes { get; init; }

    /// <summary>What was indexed lately.</summary>
    public required Throughput Throughput { get; init; }

    /// <summary>
    /// The disk of the data folder; null for a collection other than <c>default</c>: how it fills tells of the others.
    /// </summary>
    public DiskStatus? Disk { get; init; }
}

/// <summary>The model that a service searches with.</summary>
/// <param name="Id">Its name and the beginning of its weights' hash.</param>
/// <param name="About">What it knows, and what it does not; null where its card does not say.</param>
/// <param name="Head">How it scores.</param>
/// <param name="Device">Where it runs: cpu or cuda.</param>
/// <param name="Precision">What texts are encoded in: float32, bfloat16 or float16.</param>
public sealed record ModelStatus(string Id, string? About, string Head, string Device, string Precision);

/// <summary>What became searchable in the last minutes, as far as the service has run that long.</summary>
/// <param name="Minutes">How many minutes.</param>
/// <param name="Videos">Videos.</param>
/// <param name="Footage">Their length together, in seconds.</param>
public sealed record Throughput(int Minutes, int Videos, double Footage);

/// <summary>Room on a disk.</summary>
/// <param name="Free">Bytes that the service may still write.</param>
/// <param name="Total">Bytes in all.</param>
public sealed record DiskStatus(long Free, long Total);
