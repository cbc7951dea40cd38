using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Polly;
using TcMgc.Shared;
using TcMgc.Shared.Events;

namespace TcMgc.Hosting;

/// <summary>
/// Handles a group's deliveries, some at a time, and commits each when it is done. A failed handling is tried again, later and
/// later; an event that fails every time goes to the dead letters, and its video is marked as failed. A store that is away or a
/// wrong setting is not the event's fault: the group waits as long as it takes. Asked to stop, it accepts no more deliveries and
/// lets what is in progress end; what has not ended within the time for draining is cancelled, and delivered again next time.
/// </summary>
/// <param name="log">Brings the deliveries.</param>
/// <param name="time">Paces retries and draining, and dates events.</param>
/// <param name="options">How often to try, how long to drain.</param>
/// <param name="outages">Waits for stores that are away.</param>
/// <param name="logger">Receives failures.</param>
public sealed partial class EventConsumer(
    IEventLog log, TimeProvider time, ServiceOptions options, StoreOutages outages, ILogger<EventConsumer> logger)
{
    /// <summary>Waits for stores that are away.</summary>
    public StoreOutages Outages => outages;

    /// <summary>Handles deliveries until asked to stop.</summary>
    /// <param name="subscription">What to handle, and how many deliveries at a time.</param>
    /// <param name="handle">Makes the delivery's effect durable. Its token is cancelled when draining takes too long.</param>
    /// <param name="stop">Asks to stop.</param>
    /// <param name="stage">
    /// One of <see cref="Stages"/>, at which a video has failed when its event is given up; null: such a video stays as it is.
    /// </param>
    public async Task RunAsync(Subscription subscription, Func<VideoEvent, CancellationToken, ValueTask> handle,
        CancellationToken stop, string? stage = null)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var stopping = stop.Register(() => abort.CancelAfter(options.Drain));
        var retries = Retrying.Pipeline(options, time, (error, delay) =>
        {
            EventTelemetry.Retried(subscription.Group, error);
            LogRetry(error.Message, delay);
        }, stop);
        var atATime = new ParallelOptions { MaxDegreeOfParallelism = subscription.MaxInFlight, CancellationToken = abort.Token };
        await Parallel.ForEachAsync(DeliveriesAsync(subscription, stop), atATime, async (delivery, cancel) =>
        {
            using var span = EventTelemetry.StartProcess(delivery);
            var started = time.GetTimestamp();
            try
            {
                await outages.WaitAsync(() => retries.ExecuteAsync(_ => HandleAsync(handle, delivery.Event, cancel), stop), stop);
            }
#pragma warning disable CA1031 // Whatever one event does, the others must go on.
            catch (Exception error) when (error is not UnavailableException
                && (error is not OperationCanceledException || !cancel.IsCancellationRequested))
#pragma warning restore CA1031
            {
                if (stop.IsCancellationRequested)
                    return; // Not committed: delivered again next time.
                EventTelemetry.Rejected(span, delivery, error);
                LogGivenUp(delivery.Event.Topic, delivery.Event.VideoId, error.Message, error is UserException ? null : error);
                var failed = stage is null ? null : Failed(delivery.Event, stage, error.Message);
                await outages.WaitAsync(() => GiveUpAsync(delivery, failed, error.Message), stop);
                return;
            }
            // Not cancelled: a stop here must not make the group handle it again.
            await outages.WaitAsync(() => log.CommitAsync(delivery, CancellationToken.None), stop);
            var elapsed = time.GetElapsedTime(started);
            LogHandled(delivery.Event.Topic, delivery.Event.VideoId, delivery.Group, elapsed.TotalSeconds);
        });
    }

    private static async ValueTask HandleAsync(
        Func<VideoEvent, CancellationToken, ValueTask> handle, VideoEvent happened, CancellationToken cancel)
    {
        try
        {
            await handle(happened, cancel);
        }
        catch (Exception error) when (DiskFull.Is(error))
        {
            throw DiskFull.Somewhere(error);
        }
    }

    private VideoFailed Failed(VideoEvent happened, string stage, string reason) => new()
    {
        VideoId = happened.VideoId,
        UploadId = happened.Upload,
        Time = time.GetUtcNow(),
        Stage = stage,
        Reason = reason,
    };

    /// <summary>The video fails first: interrupted after that, the event is delivered again.</summary>
    private async ValueTask GiveUpAsync(Delivery delivery, VideoFailed? failed, string reason)
    {
        if (failed is not null)
            await log.AppendAsync(failed, CancellationToken.None);
        await log.RejectAsync(delivery, reason, CancellationToken.None);
    }

    /// <summary>
    /// The deliveries until asked to stop, or until the handling of one failed; then an end rather than an exception.
    /// </summary>
    private async IAsyncEnumerable<Delivery> DeliveriesAsync(
        Subscription subscription, CancellationToken stop, [EnumeratorCancellation] CancellationToken failed = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, failed);
        var deliveries = log.SubscribeAsync(subscription, end.Token).GetAsyncEnumerator(CancellationToken.None);
        await using var _ = deliveries;
        while (await MovedAsync(deliveries, end.Token))
            yield return deliveries.Current;
    }

    private static async ValueTask<bool> MovedAsync(IAsyncEnumerator<Delivery> deliveries, CancellationToken end)
    {
        try
        {
            return !end.IsCancellationRequested && await deliveries.MoveNextAsync();
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Topic} of video {Video} handled by {Group} in {Seconds:F3} s")]
    private partial void LogHandled(string topic, VideoId video, string group, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "tried again in {Delay}: {Reason}")]
    private partial void LogRetry(string reason, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "{Topic} of video {Video} given up ('tcmgc replay' sends it again): {Reason}")]
    private partial void LogGivenUp(string topic, VideoId video, string reason, Exception? error);
}
