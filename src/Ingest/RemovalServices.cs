using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Hosting;
using TcMgc.Shared.Catalog;
using TcMgc.Stores;

namespace TcMgc.Ingest;

/// <summary>Gives a service the worker that deletes what is stored of removed videos; the stores are the host's.</summary>
public static class RemovalServices
{
    /// <summary>
    /// Runs a <see cref="RemovalWorker"/>. Its outages are its own: the service stays ready while a removal waits for the index,
    /// which uploads do not need.
    /// </summary>
    public static WebApplicationBuilder AddRemoval(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddCatalogWorker("removal", services =>
        {
            var stores = services.GetRequiredService<Storage>();
            var retry = new VideoRetry(stores.Events, stores.Catalog, stores.Blobs, TimeProvider.System);
            var worker = new RemovalWorker(stores.Blobs, stores.Index, stores.Catalog, retry);
            var outages = ActivatorUtilities.CreateInstance<StoreOutages>(services);
            var events = ActivatorUtilities.CreateInstance<EventConsumer>(services, outages);
            return stop => worker.RunAsync(events, stop);
        });
        return builder;
    }
}
