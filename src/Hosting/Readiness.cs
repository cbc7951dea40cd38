using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace TcMgc.Hosting;

/// <summary>A service that is stopping takes no new requests.</summary>
internal sealed class Readiness(IHostApplicationLifetime host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(host.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());
}
