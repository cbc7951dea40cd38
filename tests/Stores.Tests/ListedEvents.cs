using System.Runtime.CompilerServices;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Tests;

/// <summary>A log of given events that may break at its end.</summary>
internal sealed class ListedEvents(IReadOnlyList<VideoEvent> events, Exception? broken = null) : IEventLog
{
    /// <summary>What its follower said it had done.</summary>
    public IReadOnlyDictionary<string, long>? Done { get; private set; }

    public async IAsyncEnumerable<LogEntry?> FollowAsync(
        IReadOnlyDictionary<string, long> done, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        Done = done;
        for (var at = 0; at < events.Count; at++)
            yield return new("all", at + 1, events[at]);
        if (broken is not null)
            throw broken;
        yield return null;
    }

    public ValueTask AppendAsync(VideoEvent happened, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask CommitAsync(Delivery delivery, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask RejectAsync(Delivery delivery, string reason, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<DeadLetter> DeadLettersAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<DeadLetter> ReplayAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<Delivery> SubscribeAsync(Subscription subscription, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
