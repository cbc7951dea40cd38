using System.ComponentModel.DataAnnotations;

namespace TcMgc.Ingest.Uploads;

/// <summary>Which videos are accepted over HTTP; the configuration's section <see cref="Section"/>.</summary>
public sealed record UploadOptions
{
    /// <summary>Name of the section; errors name <c>Upload:Member</c>.</summary>
    public const string Section = "Upload";

    private const string OutOfRange = "must be from {1} to {2}";

    /// <summary>Largest video in bytes, 1 KiB to 16 TiB; default 64 GiB.</summary>
    [Range(1024.0, 17592186044416.0, ErrorMessage = OutOfRange)]
    public long LargestBytes { get; init; } = 64L << 30;

    /// <summary>Folder of uploads that are not complete yet; default <c>uploads</c> in the data folder.</summary>
    public string? Folder { get; init; }

    /// <summary>An incomplete upload is deleted when nothing was added for so long, 1 minute to 30 days; default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00", ErrorMessage = OutOfRange)]
    public TimeSpan Expiry { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Uploads in parts that may be incomplete at a time, 1 to 100,000; default 1,000.</summary>
    [Range(1, 100_000, ErrorMessage = OutOfRange)]
    public int MostIncomplete { get; init; } = 1000;

    /// <summary>Accepted videos that may wait to be indexed, 1 to 100,000; default 1,000.</summary>
    [Range(1, 100_000, ErrorMessage = OutOfRange)]
    public int MostWaiting { get; init; } = 1000;

    /// <summary>
    /// Bytes of accepted videos that wait to be indexed, at which no more are accepted; 1 KiB to 1 PiB, default 128 GiB.
    /// </summary>
    [Range(1024.0, 1125899906842624.0, ErrorMessage = OutOfRange)]
    public long MostWaitingBytes { get; init; } = 128L << 30;

    /// <summary>Videos that each collection may have, 0 to 1,000,000,000; default as many as there is room for.</summary>
    [Range(0, 1_000_000_000, ErrorMessage = OutOfRange)]
    public int? MostVideosEach { get; init; }

    /// <summary>
    /// Bytes that the videos of each collection may have together, 0 to 1 EiB; default as many as there is room for.
    /// </summary>
    [Range(0.0, 1152921504606846976.0, ErrorMessage = OutOfRange)]
    public long? MostBytesEach { get; init; }

    /// <summary>Whether videos are fetched from URLs that a client names; default false.</summary>
    public bool FromUrl { get; init; }

    /// <summary>Whether such a URL may lead into this machine or its network; default false.</summary>
    public bool FromPrivateNetworks { get; init; }
}
