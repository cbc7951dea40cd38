using TcMgc.Shared.Events;

namespace TcMgc.Shared.Tests.Catalog;

/// <summary>A log of given events that may break at its end.</summary>
internal sealed class ListedEvents(IReadOnlyList<VideoEvent> events, Exception? broken = null) : IEventLog
{
    public async IAsyncEnumerable<VideoEvent> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var happened in events)
            yield return happened;
        if (broken is not null)
            throw broken;
    }

    public ValueTask AppendAsync(VideoEvent happened, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask CommitAsync(Delivery delivery, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask RejectAsync(Delivery delivery, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<DeadLetter> DeadLettersAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<DeadLetter> ReplayAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<Delivery> SubscribeAsync(Subscription subscription, CancellationToken cancellationToken) => throw new NotSupportedException();
}
