using Microsoft.Extensions.Diagnostics.HealthChecks;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;

namespace TcMgc.Hosting;

/// <summary>
/// Whether the stores that the service needs answer and can be written; all are asked at once, and none for long. However many
/// probe, they are asked once at a time, and the disk is written once a second.
/// </summary>
/// <param name="stores">Catalog, blob store and data folder.</param>
/// <param name="time">Clock of the seconds.</param>
/// <param name="index">The vector index; null in services that do not need it to be ready.</param>
internal sealed class StorageReadiness(Storage stores, TimeProvider time, IVectorIndex? index = null) : IHealthCheck
{
    /// <summary>Probes give up at 2 seconds. Qdrant's check ends before this, with a better reason.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.7);

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _asked;
    private long _written;

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_asked is not { IsCompleted: false })
                _asked = AskAsync();
            return _asked.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthCheckResult> AskAsync()
    {
        var reasons = await Task.WhenAll(
            ReasonAsync("index", cancel => index?.CheckAsync(cancel).AsTask() ?? Task.CompletedTask),
            ReasonAsync("catalog", cancel => stores.Catalog.GetAsync(default, cancel).AsTask()),
            ReasonAsync("blob store", cancel => stores.Blobs.CheckAsync(cancel).AsTask()),
            ReasonAsync("data folder", _ =>
            {
                CheckDisk();
                return Task.CompletedTask;
            }));
        var description = string.Join("; ", reasons.OfType<string>());
        return description.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(description);
    }

    /// <summary>Writes to the disk; not where that went well within the last second.</summary>
    private void CheckDisk()
    {
        if (_written != 0 && time.GetElapsedTime(_written) < s_fresh)
            return;
        _written = 0;
        stores.CheckDisk();
        _written = time.GetTimestamp();
    }

    private static async Task<string?> ReasonAsync(string store, Func<CancellationToken, Task> check)
    {
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            // The token alone is not enough: a file system that hangs ignores it.
            await Task.Run(() => check(limit.Token), limit.Token).WaitAsync(limit.Token);
            return null;
        }
        catch (UserException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException)
        {
            return $"the {store} does not answer within {s_patience.TotalSeconds} s";
        }
    }
}
