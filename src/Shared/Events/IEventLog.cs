using System.Diagnostics;

namespace TcMgc.Shared.Events;

/// <summary>
/// The log of all events of videos. It is the source of truth: catalog and index can be rebuilt from it. Delivery is at least
/// once; deterministic ids make effects idempotent.
/// </summary>
public interface IEventLog
{
    /// <summary>
    /// Appends an event; when this returns, the event is durable. After a failure the event may still be in the log, if only the
    /// response was lost: append the same event again.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The log does not accept the event within 15 seconds.</exception>
    ValueTask AppendAsync(VideoEvent happened, CancellationToken cancellationToken);

    /// <summary>
    /// Delivers the events of topics to a group, from the first one that the group has not committed, a video's events of one
    /// topic in order; then waits for new ones until cancelled. At most <see cref="Subscription.MaxInFlight"/> deliveries are
    /// uncommitted at a time.
    /// </summary>
    IAsyncEnumerable<Delivery> SubscribeAsync(Subscription subscription, CancellationToken cancellationToken);

    /// <summary>
    /// Marks a delivery as done: its effect is durable. Deliveries may be committed in any order; after a restart the group
    /// continues with the first one that was not committed.
    /// </summary>
    ValueTask CommitAsync(Delivery delivery, CancellationToken cancellationToken);

    /// <summary>
    /// Sends a delivery to the dead letters, with its origin and the reason, and commits it. For events whose retries failed; a
    /// bad video file is reported by <see cref="VideoFailed"/> instead.
    /// </summary>
    ValueTask RejectAsync(Delivery delivery, string reason, CancellationToken cancellationToken);

    /// <summary>
    /// Reads every event of every topic from positions that the caller keeps, a video's events of one topic in order; then waits
    /// for new ones until cancelled. There is no group, and nothing is committed. Deletions that are in the log come before all
    /// other events, or all events come in the order they were appended, so that a replay never shows a deleted video.
    /// </summary>
    /// <param name="done">The last position that is done in each partition; others are read from the beginning.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The entries; null once, after the last entry that was in the log at the start.</returns>
    /// <exception cref="StoreUnavailableException">The log does not answer before that null.</exception>
    IAsyncEnumerable<LogEntry?> FollowAsync(IReadOnlyDictionary<string, long> done, CancellationToken cancellationToken);

    /// <summary>The dead letters that were not replayed, in the order of their rejection.</summary>
    IAsyncEnumerable<DeadLetter> DeadLettersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Appends each dead letter up to the current end to its original topic, unchanged, and removes it from the dead letters;
    /// then returns it. Every group of the topic receives it again.
    /// </summary>
    IAsyncEnumerable<DeadLetter> ReplayAsync(CancellationToken cancellationToken);

    /// <summary>Checks whether the log answers; takes at most 10 seconds.</summary>
    /// <exception cref="UserException">The log does not answer.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}

/// <summary>A group and the topics that it consumes.</summary>
/// <param name="Group">Name of the group; each event goes to one subscriber of a group.</param>
/// <param name="Topics">Topics to deliver.</param>
public sealed record Subscription(string Group, IReadOnlyList<string> Topics)
{
    /// <summary>Most uncommitted deliveries at a time, at least 1; default 16.</summary>
    public int MaxInFlight { get; init; } = 16;
}

/// <summary>An event that is delivered to a group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Partition">Partition of the event.</param>
/// <param name="Position">Position in the partition.</param>
/// <param name="Event">The event.</param>
public sealed record Delivery(string Group, string Partition, long Position, VideoEvent Event)
{
    /// <summary>Value of <see cref="AttributeNames.MessagingSystem"/>.</summary>
    public string MessagingSystem { get; init; } = EventTelemetry.Sqlite;

    /// <summary>The span that appended the event, if any; see <see cref="EventTelemetry.StartProcess(Delivery)"/>.</summary>
    public ActivityContext Trace { get; init; }
}
