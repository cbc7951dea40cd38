using System.ComponentModel.DataAnnotations;

namespace TcMgc.Ingest.Urls;

/// <summary>
/// How long a server has that a video is fetched from; the configuration's section <see cref="Section"/>. Whether any is fetched
/// is said by <see cref="Uploads.UploadOptions"/>.
/// </summary>
public sealed record UrlOptions
{
    /// <summary>Name of the section; errors name <c>Url:Member</c>.</summary>
    public const string Section = "Url";

    private const string OutOfRange = "must be from {1} to {2}";

    /// <summary>Time to be connected, 0.1 seconds to 10 minutes; default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = OutOfRange)]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time to the answer's headers, with connecting, 0.1 seconds to 10 minutes; default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = OutOfRange)]
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Least bytes a second of the video, on average over <see cref="RateWindow"/>; 1 to 1 GiB, default 10,000.
    /// </summary>
    [Range(1, 1 << 30, ErrorMessage = OutOfRange)]
    public int LeastBytesPerSecond { get; init; } = 10_000;

    /// <summary>Time over which the rate is taken, 0.1 seconds to 10 minutes; default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = OutOfRange)]
    public TimeSpan RateWindow { get; init; } = TimeSpan.FromSeconds(30);
}
