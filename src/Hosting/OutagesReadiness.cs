using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TcMgc.Hosting;

/// <summary>Unhealthy while work waits for a store.</summary>
internal sealed class OutagesReadiness(StoreOutages outages) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(outages.Reasons.ToList() is { Count: > 0 } reasons
            ? HealthCheckResult.Unhealthy(string.Join("; ", reasons))
            : HealthCheckResult.Healthy());
}
