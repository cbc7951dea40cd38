using System.Diagnostics;

namespace TcMgc.Shared.Events;

/// <summary>An event at its place in the log, for who follows the log by itself.</summary>
/// <param name="Partition">Part of the log that it lies in.</param>
/// <param name="Position">Its place in that part; positions grow.</param>
/// <param name="Event">What happened; null where it cannot be read.</param>
public sealed record LogEntry(string Partition, long Position, VideoEvent? Event)
{
    /// <summary>Why it cannot be read; null where it can, and where there is nothing to read.</summary>
    public string? Unreadable { get; init; }

    /// <summary>Whether only a newer program can read it.</summary>
    public bool IsNewer { get; init; }

    /// <summary>What brought it, as spans call it.</summary>
    public string MessagingSystem { get; init; } = EventTelemetry.Sqlite;

    /// <summary>The span that appended the event, where there was one.</summary>
    public ActivityContext Trace { get; init; }
}
