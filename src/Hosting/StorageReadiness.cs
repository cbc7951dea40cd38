using Microsoft.Extensions.Diagnostics.HealthChecks;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Hosting;

/// <summary>Whether index, catalog and blob store answer, all asked at once and none waited for long.</summary>
internal sealed class StorageReadiness(Storage stores) : IHealthCheck
{
    /// <summary>Probes give up at 2 seconds. Qdrant's check ends before this, with a better reason.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.7);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var reasons = await Task.WhenAll(
            ReasonAsync("index", cancel => stores.Index.CheckAsync(cancel).AsTask(), cancellationToken),
            ReasonAsync("catalog", cancel => stores.Catalog.GetAsync(default, cancel).AsTask(), cancellationToken),
            ReasonAsync("blob store", cancel => stores.Blobs.FindAsync("ready", cancel).AsTask(), cancellationToken));
        var told = string.Join("; ", reasons.OfType<string>());
        return told.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(told);
    }

    private static async Task<string?> ReasonAsync(string store, Func<CancellationToken, Task> check, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            // Not only by the token: a file system that hangs takes none.
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
