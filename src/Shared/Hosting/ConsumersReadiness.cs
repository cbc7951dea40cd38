using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TcMgc.Shared.Hosting;

/// <summary>Whether consumers work, or wait for a store.</summary>
internal sealed class ConsumersReadiness(EventConsumer consumer) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(consumer.Waiting.ToList() is { Count: > 0 } waiting
            ? HealthCheckResult.Unhealthy(string.Join("; ", waiting))
            : HealthCheckResult.Healthy());
}
