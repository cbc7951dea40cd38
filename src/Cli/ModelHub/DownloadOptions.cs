namespace TcMgc.Cli.ModelHub;

/// <summary>How downloads bear with a poor connection.</summary>
internal sealed record DownloadOptions
{
    /// <summary>Times that a broken download is continued before it is given up; 0 or more.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>Wait before the first retry; it doubles with each.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the hub may be silent before the connection counts as broken.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}
