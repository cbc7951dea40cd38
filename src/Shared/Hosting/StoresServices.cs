using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Configuration;

namespace TcMgc.Shared.Hosting;

/// <summary>Gives a service the four ports.</summary>
public static class StoresServices
{
    /// <summary>
    /// Opens the stores that the configuration chose, registers each port, and keeps the catalog up with the log.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="forWork">Whether workers are to run on them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserException">A setting is wrong, or a store cannot be used.</exception>
    public static async Task<Stores> AddStoresAsync(this WebApplicationBuilder builder, bool forWork = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var stores = await Stores.OpenAsync(builder.Configuration, forWork, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        builder.Services
            .AddSingleton(_ => stores) // As a factory: the host closes it.
            .AddSingleton(services => services.GetRequiredService<Stores>().Events)
            .AddSingleton(services => services.GetRequiredService<Stores>().Blobs)
            .AddSingleton(services => services.GetRequiredService<Stores>().Index)
            .AddSingleton(services => services.GetRequiredService<Stores>().Catalog)
            .AddSingleton(services => services.GetRequiredService<Stores>().Transcripts)
            .AddSingleton(services => services.GetRequiredService<Stores>().Changes)
            .AddSingleton<StoreOutages>()
            .AddSingleton<EventConsumer>()
            .AddWorker("event log watch", services => ActivatorUtilities.CreateInstance<EventLogWatch>(services).RunAsync)
            .AddSingleton<CatalogWorker>()
            .AddWorker("catalog", services => services.GetRequiredService<CatalogWorker>().RunAsync)
            .AddHealthChecks().AddCheck<StoresReadiness>("stores").AddCheck<OutagesReadiness>("outages").AddCheck<CatalogWorker>("catalog");
        return stores;
    }
}
