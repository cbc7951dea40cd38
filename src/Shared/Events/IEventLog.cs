using System.Diagnostics;

namespace TcMgc.Shared.Events;

/// <summary>
/// The log of all that happened to videos, and the source of truth: catalog and index can be made again from it. Delivery is at
/// least once: effects are made idempotent by deterministic ids.
/// </summary>
public interface IEventLog
{
    /// <summary>
    /// Appends an event; when this returns, the event is durable. Where it fails the event may be there all the same, if the
    /// log's answer was lost: append the same again.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The log does not take it in time, at most 15 seconds.</exception>
    ValueTask AppendAsync(VideoEvent happened, CancellationToken cancellationToken);

    /// <summary>
    /// Delivers to a group every event of the topics from the first one that the group has not committed, a video's events of one
    /// topic in their order, then waits for new ones until cancelled. At most <see cref="Subscription.MaxInFlight"/> are
    /// delivered and uncommitted.
    /// </summary>
    IAsyncEnumerable<Delivery> SubscribeAsync(Subscription subscription, CancellationToken cancellationToken);

    /// <summary>
    /// Says that a delivery's effect is durable. Deliveries may be committed in any order: the group goes on after a restart from
    /// the first one that was not.
    /// </summary>
    ValueTask CommitAsync(Delivery delivery, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a delivery up: it goes to the dead letters with where it came from and why, and counts as committed. For what failed
    /// however often it was tried; a file that is at fault is a <see cref="VideoFailed"/> instead.
    /// </summary>
    ValueTask RejectAsync(Delivery delivery, string reason, CancellationToken cancellationToken);

    /// <summary>
    /// Gives every event of every topic from positions that the caller keeps, a video's events of one topic in their order, then
    /// waits for new ones until cancelled. No group: nobody shares the work and nothing is committed. Deletions that are in the
    /// log come before all else, or in the order of all that happened: who replays the log never takes a deleted video for one
    /// that is there.
    /// </summary>
    /// <param name="done">The last position of each partition that is done; a partition not named begins at its
    /// beginning.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What lies in the log; null once, when all that was there has been given.</returns>
    /// <exception cref="StoreUnavailableException">The log does not answer before that.</exception>
    IAsyncEnumerable<LogEntry?> FollowAsync(IReadOnlyDictionary<string, long> done, CancellationToken cancellationToken);

    /// <summary>The dead letters that were not sent again, in the order they were given up.</summary>
    IAsyncEnumerable<DeadLetter> DeadLettersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Appends to its topic, as it first was, each dead letter up to the present end, and forgets it; gives each after that.
    /// Every group of the topic receives it once more.
    /// </summary>
    IAsyncEnumerable<DeadLetter> ReplayAsync(CancellationToken cancellationToken);

    /// <summary>Asks whether the log answers; takes at most 10 seconds.</summary>
    /// <exception cref="UserException">It does not.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Who wants which events.</summary>
/// <param name="Group">Name of the group; each event goes to one subscriber of a group.</param>
/// <param name="Topics">Topics to deliver.</param>
public sealed record Subscription(string Group, IReadOnlyList<string> Topics)
{
    /// <summary>Deliveries that may be uncommitted at a time, at least 1; default 16.</summary>
    public int MaxInFlight { get; init; } = 16;
}

/// <summary>An event on its way to a group.</summary>
/// <param name="Group">The group that it was delivered to.</param>
/// <param name="Partition">Part of the log that it lies in.</param>
/// <param name="Position">Its place in that part.</param>
/// <param name="Event">What happened.</param>
public sealed record Delivery(string Group, string Partition, long Position, VideoEvent Event)
{
    /// <summary>What brought it, as spans call it.</summary>
    public string MessagingSystem { get; init; } = EventTelemetry.Sqlite;

    /// <summary>The span that appended the event, where there was one; see <see cref="EventTelemetry.StartProcess"/>.</summary>
    public ActivityContext Trace { get; init; }
}
