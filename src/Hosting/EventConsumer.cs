using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Hosting;

/// <summary>
/// Takes a group's deliveries, some at a time, and commits each when it is done. What fails is tried again, later and later; what
/// fails every time goes to the dead letters. A store that is away is no fault of an event: the group waits for it, for as long
/// as it takes. Asked to stop it takes no more and lets what is under way end; what has not ended when draining has taken too
/// long is cancelled, and delivered again next time.
/// </summary>
/// <param name="log">Brings the deliveries.</param>
/// <param name="time">Paces retries and draining.</param>
/// <param name="options">How often to try, how long to drain.</param>
/// <param name="outages">Waits for stores that are away.</param>
/// <param name="logger">Told of failures.</param>
public sealed partial class EventConsumer(
    IEventLog log, TimeProvider time, ServiceOptions options, StoreOutages outages, ILogger<EventConsumer> logger)
{
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(30);

    /// <summary>Waits for stores that are away.</summary>
    public StoreOutages Outages => outages;

    /// <summary>Handles deliveries until asked to stop.</summary>
    /// <param name="subscription">What to take; as many deliveries are handled at a time as it lets be in flight.</param>
    /// <param name="handle">Makes the delivery's effect durable. Its token is cancelled when draining has taken too long.</param>
    /// <param name="stop">Asks to stop.</param>
    public async Task RunAsync(Subscription subscription, Func<VideoEvent, CancellationToken, ValueTask> handle,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var stopping = stop.Register(() => abort.CancelAfter(options.Drain));
        var retries = Retries(subscription.Group, stop);
        var atATime = new ParallelOptions { MaxDegreeOfParallelism = subscription.MaxInFlight, CancellationToken = abort.Token };
        await Parallel.ForEachAsync(DeliveriesAsync(subscription, stop), atATime, async (delivery, cancel) =>
        {
            using var span = EventTelemetry.StartProcess(delivery);
            var started = time.GetTimestamp();
            try
            {
                await outages.WaitAsync(() => retries.ExecuteAsync(_ =>
                    HandleAsync(handle, delivery.Event, cancel), stop), stop);
            }
#pragma warning disable CA1031 // Whatever one event does, the others must go on.
            catch (Exception error) when (error is not OperationCanceledException || !cancel.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (stop.IsCancellationRequested)
                    return; // Not committed: delivered again next time.
                EventTelemetry.Rejected(span, delivery, error);
                LogGivenUp(delivery.Event.Topic, delivery.Event.VideoId, error.Message, error is UserException ? null : error);
                await outages.WaitAsync(() =>
                    log.RejectAsync(delivery, error.Message, CancellationToken.None), stop);
                return;
            }
            // Done is done: a stop here must not do it again.
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
        catch (IOException error) when (DiskFull.Is(error))
        {
            throw DiskFull.Somewhere(error);
        }
    }

    private ResiliencePipeline Retries(string group, CancellationToken stop) => options.Retries == 0
        ? ResiliencePipeline.Empty
        : new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = options.Retries,
            Delay = options.RetryDelay,
            MaxDelay = s_longestDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = attempt => new(attempt.Outcome.Exception
                is not (null or OperationCanceledException or StoreUnavailableException) && !stop.IsCancellationRequested),
            OnRetry = attempt =>
            {
                var error = attempt.Outcome.Exception!;
                EventTelemetry.Retried(group, error);
                LogRetry(error.Message, attempt.RetryDelay);
                return default;
            },
        }).Build();

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
