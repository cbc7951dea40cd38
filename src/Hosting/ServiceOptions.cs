using System.ComponentModel.DataAnnotations;

namespace TcMgc.Hosting;

/// <summary>How a service listens and ends; keys at the root of the configuration.</summary>
public sealed record ServiceOptions
{
    /// <summary>
    /// Where it listens: addresses joined by semicolons; port 0 takes a free one. Default <c>http://127.0.0.1:8080</c>.
    /// </summary>
    [Required(ErrorMessage = "is empty; it must be addresses such as http://127.0.0.1:8080")]
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>
    /// How long work under way may take to end when the service is stopped, up to 10 minutes; default 20 seconds. What has not
    /// ended then is done again at the next start.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "must be from {1} to {2}")]
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How often an event whose handling failed is tried again before it goes to the dead letters, 0 to 100; default 5. A store
    /// that is away is waited for and does not count.
    /// </summary>
    [Range(0, 100, ErrorMessage = "must be from {1} to {2}")]
    public int Retries { get; init; } = 5;

    /// <summary>
    /// Time before the second attempt, doubled for each further one up to 30 seconds, with jitter; 1 millisecond to 30 seconds,
    /// default 1 second.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30", ErrorMessage = "must be from {1} to {2}")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How logs are written on standard error: <c>text</c>, the default, for people; or <c>json</c>, an object a line, with
    /// trace ids.
    /// </summary>
    public LogFormat LogFormat { get; init; }
}

/// <summary>How logs are written.</summary>
public enum LogFormat
{
    /// <summary>A line for people.</summary>
    Text,

    /// <summary>A JSON object with all that is known.</summary>
    Json,
}
