using Microsoft.Extensions.Diagnostics.HealthChecks;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;

namespace TcMgc.Hosting;

/// <summary>Whether the stores that the service needs answer; all are asked at once, and none for long.</summary>
/// <param name="stores">Catalog and blob store.</param>
/// <param name="index">The vector index; null in services that do not need it to be ready.</param>
internal sealed class StorageReadiness(Storage stores, IVectorIndex? index = null) : IHealthCheck
{
    /// <summary>Probes give up at 2 seconds. Qdrant's check ends before this, with a better reason.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.7);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var reasons = await Task.WhenAll(
            ReasonAsync("index", cancel => index?.CheckAsync(cancel).AsTask() ?? Task.CompletedTask, cancellationToken),
            ReasonAsync("catalog", cancel => stores.Catalog.GetAsync(default, cancel).AsTask(), cancellationToken),
            ReasonAsync("blob store", cancel => stores.Blobs.FindAsync("ready", cancel).AsTask(), cancellationToken));
        var description = string.Join("; ", reasons.OfType<string>());
        return description.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(description);
    }

    private static async Task<string?> ReasonAsync(string store, Func<CancellationToken, Task> check, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
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
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"the {store} does not answer within {s_patience.TotalSeconds} s";
        }
    }
}
