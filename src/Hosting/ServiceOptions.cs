using System.ComponentModel.DataAnnotations;

namespace TcMgc.Hosting;

/// <summary>How a service listens, retries, logs and stops; keys at the root of the configuration.</summary>
public sealed record ServiceOptions
{
    /// <summary>
    /// Addresses to listen on, joined by semicolons; port 0 for a free one. Default <c>http://127.0.0.1:8080</c>.
    /// </summary>
    [Required(ErrorMessage = "is empty; it must be addresses such as http://127.0.0.1:8080")]
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>
    /// Time that running work has to finish when the service is stopped, 0 to 10 minutes; default 20 seconds. Unfinished work is
    /// done again after the next start.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "must be from {1} to {2}")]
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Retries of an event whose handling failed, before it goes to the dead letters, 0 to 100; default 5. Waiting for an
    /// unavailable store does not count.
    /// </summary>
    [Range(0, 100, ErrorMessage = "must be from {1} to {2}")]
    public int Retries { get; init; } = 5;

    /// <summary>
    /// Delay before the first retry, 1 millisecond to 30 seconds; default 1 second. It doubles with each retry, up to 30 seconds,
    /// with jitter.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30", ErrorMessage = "must be from {1} to {2}")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Format of the logs on standard error: <c>text</c>, the default, for people; or <c>json</c>, one object per line with trace
    /// ids.
    /// </summary>
    public LogFormat LogFormat { get; init; }
}

/// <summary>Format of logs.</summary>
public enum LogFormat
{
    /// <summary>One line of text for each entry.</summary>
    Text,

    /// <summary>One JSON object for each entry, with all its values.</summary>
    Json,
}
