using System.Runtime.CompilerServices;

namespace TcMgc.Shared.Events;

/// <summary>
/// Takes a group's deliveries, some at a time, and commits each when it is done. Asked to stop it takes no more and lets what is
/// under way end; what has not ended after <paramref name="drain"/> is cancelled, and delivered again next time.
/// </summary>
public sealed class EventConsumer(IEventLog log, TimeProvider time, TimeSpan drain)
{
    /// <summary>Handles deliveries until asked to stop.</summary>
    /// <param name="subscription">What to take; as many deliveries are handled at a time as it lets be in flight.</param>
    /// <param name="handle">Makes the delivery's effect durable. Its token is cancelled when draining has taken too long.</param>
    /// <param name="stop">Asks to stop.</param>
    public async Task RunAsync(Subscription subscription, Func<VideoEvent, CancellationToken, ValueTask> handle, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var stopping = stop.Register(() => abort.CancelAfter(drain));
        var atATime = new ParallelOptions { MaxDegreeOfParallelism = subscription.MaxInFlight, CancellationToken = abort.Token };
        await Parallel.ForEachAsync(DeliveriesAsync(subscription, stop), atATime, async (delivery, cancel) =>
        {
            await handle(delivery.Event, cancel).ConfigureAwait(false);
            await log.CommitAsync(delivery, CancellationToken.None).ConfigureAwait(false); // Done is done: a stop here must not do it again.
        }).ConfigureAwait(false);
    }

    /// <summary>The deliveries until asked to stop, or until the handling of one failed; then an end rather than an exception.</summary>
    private async IAsyncEnumerable<Delivery> DeliveriesAsync(
        Subscription subscription, CancellationToken stop, [EnumeratorCancellation] CancellationToken failed = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, failed);
        var deliveries = log.SubscribeAsync(subscription, end.Token).GetAsyncEnumerator(CancellationToken.None);
        await using var _ = deliveries.ConfigureAwait(false);
        while (await MovedAsync(deliveries, end.Token).ConfigureAwait(false))
            yield return deliveries.Current;
    }

    private static async ValueTask<bool> MovedAsync(IAsyncEnumerator<Delivery> deliveries, CancellationToken end)
    {
        try
        {
            return !end.IsCancellationRequested && await deliveries.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return false;
        }
    }
}
