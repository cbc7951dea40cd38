using Microsoft.Extensions.Diagnostics.HealthChecks;
using TcMgc.Shared.Configuration;

namespace TcMgc.Shared.Hosting;

/// <summary>Whether index, catalog and blob store answer.</summary>
internal sealed class StoresReadiness(Stores stores) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await stores.Index.CheckAsync(cancellationToken).ConfigureAwait(false);
            await stores.Catalog.GetAsync(default, cancellationToken).ConfigureAwait(false);
            await stores.Blobs.FindAsync("ready", cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (UserException error)
        {
            return HealthCheckResult.Unhealthy(error.Message);
        }
    }
}
