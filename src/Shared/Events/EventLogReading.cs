using System.Runtime.CompilerServices;

namespace TcMgc.Shared.Events;

/// <summary>Reads a whole log.</summary>
public static class EventLogReading
{
    private static readonly Dictionary<string, long> s_nothing = [];

    /// <summary>
    /// Reads every event of every topic from the beginning to the current end, a video's events of one topic in the order they
    /// were appended. Damaged events are skipped.
    /// </summary>
    /// <exception cref="UserException">
    /// The log has events that only a newer program can read, or it does not answer.
    /// </exception>
    public static async IAsyncEnumerable<VideoEvent> ReadAllAsync(
        this IEventLog log, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        await foreach (var entry in log.FollowAsync(s_nothing, cancellationToken))
            if (entry is null)
                yield break;
            else if (entry.IsNewer)
                throw new UserException($"the event log has {entry.Unreadable}");
            else if (entry.Event is { } happened)
                yield return happened;
    }
}
