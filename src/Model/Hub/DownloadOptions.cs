namespace TcMgc.Model.Hub;

/// <summary>How downloads handle a poor connection.</summary>
public sealed record DownloadOptions
{
    /// <summary>Times that an interrupted download is continued before it fails; 0 or more.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>Delay before the first retry; it doubles with each.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the hub may send nothing before the connection counts as lost.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
