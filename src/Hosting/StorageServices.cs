using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Hosting;

/// <summary>Gives a service the stores.</summary>
public static class StorageServices
{
    /// <summary>
    /// Opens the stores that the configuration chose, registers event log, blob store and catalog, and keeps the catalog up with
    /// the log. Services that need more add <see cref="AddVectorIndex"/> and <see cref="AddTranscripts"/>.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="forWork">Whether workers are to run on them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserException">A setting is wrong, or a store cannot be used.</exception>
    public static async Task<Storage> AddStorageAsync(
        this WebApplicationBuilder builder, bool forWork = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var stores = await Storage.OpenAsync(builder.Configuration, forWork, TimeProvider.System, cancellationToken);
        builder.Services
            .AddSingleton(_ => stores) // By a factory: then the host disposes of it.
            .AddSingleton(services => services.GetRequiredService<Storage>().Events)
            .AddSingleton(services => services.GetRequiredService<Storage>().Blobs)
            .AddSingleton(services => services.GetRequiredService<Storage>().Catalog)
            .AddSingleton(services => services.GetRequiredService<Storage>().Changes)
            .AddSingleton(services => services.GetRequiredService<Storage>().Reserve)
            .AddSingleton<StoreOutages>()
            .AddSingleton<EventConsumer>()
            .AddWorker("event log watch", services => ActivatorUtilities.CreateInstance<EventLogWatch>(services).RunAsync)
            .AddSingleton<CatalogWorker>()
            .AddWorker("catalog", services => services.GetRequiredService<CatalogWorker>().RunAsync)
            .AddSingleton<StorageReadiness>()
            .AddHealthChecks()
            .AddCheck<StorageReadiness>("stores").AddCheck<OutagesReadiness>("outages").AddCheck<CatalogWorker>("catalog");
        return stores;
    }

    /// <summary>Registers the vector index: the service is ready only while it answers.</summary>
    public static IServiceCollection AddVectorIndex(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => provider.GetRequiredService<Storage>().Index);
        return services;
    }

    /// <summary>Registers the transcript index, and makes it follow the catalog.</summary>
    public static IServiceCollection AddTranscripts(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => provider.GetRequiredService<Storage>().Transcripts);
        return services;
    }
}
