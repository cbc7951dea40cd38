using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Polly;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Transcripts;
using TcMgc.Stores;

namespace TcMgc.Hosting;

/// <summary>
/// Keeps a service's catalog, and its transcript index where it has one, up with the event log. The service is ready once the
/// catalog has caught up; requests and the workers that depend on the catalog wait until then.
/// </summary>
/// <param name="log">Brings the events.</param>
/// <param name="stores">Holds the catalog.</param>
/// <param name="outages">Waits for stores that are away.</param>
/// <param name="options">How often to try again.</param>
/// <param name="time">Paces retries, and tells how old an event is.</param>
/// <param name="logger">Receives what cannot be read.</param>
/// <param name="transcripts">Follows the catalog; null in services that search no transcripts.</param>
internal sealed partial class CatalogWorker(IEventLog log, Storage stores, StoreOutages outages, ServiceOptions options,
    TimeProvider time, ILogger<CatalogWorker> logger, ITranscriptIndex? transcripts = null) : IHealthCheck
{
    private const string Name = "catalog";

    /// <summary>How long a request waits for the catalog to catch up.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _read;

    /// <summary>Ends when the catalog has caught up with the log for the first time.</summary>
    public Task CaughtUp => _caughtUp.Task;

    private string Behind => $"the catalog reads the event log: {Interlocked.Read(ref _read)} events so far";

    /// <summary>Waits until the catalog has caught up, but not for long.</summary>
    /// <exception cref="StoreUnavailableException">It has not.</exception>
    public async ValueTask WaitAsync(CancellationToken cancel)
    {
        try
        {
            await CaughtUp.WaitAsync(s_patience, time, cancel);
        }
        catch (TimeoutException error)
        {
            if (!CaughtUp.IsCompleted)
                throw new StoreUnavailableException(Name, Behind, error);
        }
    }

    /// <summary>Follows the log until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var retries = Retrying.Pipeline(options, time, (error, delay) => LogRetry(delay, error.Message), stop);
        if (transcripts is not null)
            await TryTranscriptsAsync(retries, async () =>
            {
                foreach (var unread in await transcripts.FollowAsync(stores.Catalog, stop))
                    LogTranscript(unread);
            }, stop);
        while (!stop.IsCancellationRequested)
            try
            {
                await FollowAsync(retries, stop);
            }
            catch (StoreUnavailableException) when (!stop.IsCancellationRequested)
            {
                await outages.WaitAsync(() => log.CheckAsync(stop), stop);
            }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(CaughtUp.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(Behind));

    private async Task FollowAsync(ResiliencePipeline retries, CancellationToken stop)
    {
        await foreach (var entry in stores.FollowAsync(log, stop))
        {
            if (entry is null)
            {
                _caughtUp.TrySetResult();
                continue;
            }
            // An indexed video is found from the end of this span on.
            using var span = entry.Event is { } happened ? EventTelemetry.StartProcess(entry, happened, Name) : null;
            string? passedOver = null;
            await outages.WaitAsync(() => retries.ExecuteAsync(_ =>
            {
                passedOver = stores.Apply(entry);
                return default;
            }, stop), stop);
            Interlocked.Increment(ref _read);
            if (passedOver is not null)
                LogPassedOver(entry.Partition, entry.Position, passedOver);
            if (passedOver is not null || entry.Event is not { } applied)
                continue;
            if (transcripts is not null)
                await TryTranscriptsAsync(retries, () => FollowTranscriptAsync(applied.VideoId, stop), stop);
            stores.Changes.Tell(applied.VideoId);
            if (CaughtUp.IsCompleted)
                EventTelemetry.Shown(time.GetUtcNow() - applied.Time);
        }
    }

    private async ValueTask FollowTranscriptAsync(VideoId video, CancellationToken stop)
    {
        if (await stores.Catalog.GetAsync(video, stop) is { } entry
            && await transcripts!.FollowAsync(entry, stop) is { } unread)
            LogTranscript(unread);
    }

    /// <summary>Transcripts that cannot be followed are missing from searches, and stop nothing else.</summary>
    private async ValueTask TryTranscriptsAsync(ResiliencePipeline retries, Func<ValueTask> follow, CancellationToken stop)
    {
        try
        {
            await outages.WaitAsync(() => retries.ExecuteAsync(_ => follow(), stop), stop);
        }
#pragma warning disable CA1031 // Whatever it is, the catalog must go on.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogTranscript(error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Partition} at {Position} is passed over: {Reason}")]
    private partial void LogPassedOver(string partition, long position, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the catalog tries again in {Delay}: {Reason}")]
    private partial void LogRetry(TimeSpan delay, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "words of a transcript are not searched: {Reason}")]
    private partial void LogTranscript(string reason);
}
