using System.Diagnostics;

namespace TcMgc.Shared.Events;

/// <summary>An entry of the log, for readers outside of groups.</summary>
/// <param name="Partition">Partition of the entry.</param>
/// <param name="Position">Position in the partition; positions ascend.</param>
/// <param name="Event">The event; null where it cannot be read.</param>
public sealed record LogEntry(string Partition, long Position, VideoEvent? Event)
{
    /// <summary>Why the event cannot be read; null where it can, or where the entry is empty.</summary>
    public string? Unreadable { get; init; }

    /// <summary>Whether a newer program can read it.</summary>
    public bool IsNewer { get; init; }

    /// <summary>Value of <see cref="AttributeNames.MessagingSystem"/>.</summary>
    public string MessagingSystem { get; init; } = EventTelemetry.Sqlite;

    /// <summary>The span that appended the event, if any.</summary>
    public ActivityContext Trace { get; init; }
}
