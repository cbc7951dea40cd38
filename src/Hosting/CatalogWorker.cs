using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Hosting;

/// <summary>Keeps a service's catalog up with the event log. The service is ready once the catalog has caught up.</summary>
/// <param name="stores">The log and the catalog.</param>
/// <param name="outages">Waits for stores that are away.</param>
/// <param name="time">Tells how old an event is.</param>
/// <param name="logger">Told of what cannot be read.</param>
internal sealed partial class CatalogWorker(
    Storage stores, StoreOutages outages, TimeProvider time, ILogger<CatalogWorker> logger) : IHealthCheck
{
    private const string Name = "catalog";

    private long _read;
    private volatile bool _hasCaughtUp;

    /// <summary>Follows the log until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            try
            {
                await FollowAsync(stop);
            }
            catch (StoreUnavailableException) when (!stop.IsCancellationRequested)
            {
                await outages.WaitAsync(() => stores.Events.CheckAsync(stop), stop);
            }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_hasCaughtUp ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"the catalog reads the event log: {Interlocked.Read(ref _read)} events so far"));

    private async Task FollowAsync(CancellationToken stop)
    {
        await foreach (var entry in stores.FollowAsync(stop))
        {
            if (entry is null)
            {
                _hasCaughtUp = true;
                continue;
            }
            if (entry.Unreadable is { } reason)
                LogUnreadable(entry.Partition, entry.Position, reason);
            // Of an indexed video: from here on it is found.
            using var span = entry.Event is { } happened ? EventTelemetry.StartProcess(entry, happened, Name) : null;
            await outages.WaitAsync(() => stores.ApplyAsync(entry, stop), stop);
            Interlocked.Increment(ref _read);
            if (entry.Event is not { } applied)
                continue;
            stores.Changes.Tell(applied.VideoId);
            if (_hasCaughtUp)
                EventTelemetry.Shown(time.GetUtcNow() - applied.Time);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Partition} at {Position} is passed over: {Reason}")]
    private partial void LogUnreadable(string partition, long position, string reason);
}
