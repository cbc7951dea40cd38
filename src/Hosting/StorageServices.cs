using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Hosting;

/// <summary>Gives a service the four ports.</summary>
public static class StorageServices
{
    /// <summary>
    /// Opens the stores that the configuration chose, registers each port, and keeps the catalog up with the log.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="forWork">Whether workers are to run on them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserException">A setting is wrong, or a store cannot be used.</exception>
    public static async Task<Storage> AddStorageAsync(this WebApplicationBuilder builder, bool forWork = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var stores = await Storage.OpenAsync(builder.Configuration, forWork, TimeProvider.System, cancellationToken);
        builder.Services
            .AddSingleton(_ => stores) // As a factory: the host closes it.
            .AddSingleton(services => services.GetRequiredService<Storage>().Events)
            .AddSingleton(services => services.GetRequiredService<Storage>().Blobs)
            .AddSingleton(services => services.GetRequiredService<Storage>().Index)
            .AddSingleton(services => services.GetRequiredService<Storage>().Catalog)
            .AddSingleton(services => services.GetRequiredService<Storage>().Transcripts)
            .AddSingleton(services => services.GetRequiredService<Storage>().Changes)
            .AddSingleton<StoreOutages>()
            .AddSingleton<EventConsumer>()
            .AddWorker("event log watch", services => ActivatorUtilities.CreateInstance<EventLogWatch>(services).RunAsync)
            .AddSingleton<CatalogWorker>()
            .AddWorker("catalog", services => services.GetRequiredService<CatalogWorker>().RunAsync)
            .AddHealthChecks().AddCheck<StorageReadiness>("stores").AddCheck<OutagesReadiness>("outages").AddCheck<CatalogWorker>("catalog");
        return stores;
    }
}
