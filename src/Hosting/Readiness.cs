using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace TcMgc.Hosting;

/// <summary>Unhealthy while the service is stopping: it should get no new requests.</summary>
internal sealed class Readiness(IHostApplicationLifetime host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(host.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());
}
