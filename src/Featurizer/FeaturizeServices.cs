using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Hosting;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Configuration;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;

namespace TcMgc.Featurizer;

/// <summary>Gives a service the worker that writes the index; stores and model are the host's.</summary>
public static class FeaturizeServices
{
    /// <summary>Runs an <see cref="EncodeWorker"/>.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="modelFolder">
    /// The model's folder, for an index on this machine to remember; null where that means nothing.
    /// </param>
    /// <exception cref="UserException">A setting is wrong.</exception>
    public static WebApplicationBuilder AddFeaturizing(this WebApplicationBuilder builder, string? modelFolder = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = Settings.Read<FeaturizeOptions>(builder.Configuration, FeaturizeOptions.Section);
        builder.Services
            .AddVectorIndex()
            .AddSingleton(services => new VideoEncoder(services.GetRequiredService<VideoTextModel>(),
                services.GetRequiredService<IBlobStore>(), services.GetRequiredService<TimeProvider>(), options))
            .AddSingleton(services => new EncodeWorker(services.GetRequiredService<VideoEncoder>(),
                services.GetRequiredService<IEventLog>(), services.GetRequiredService<IBlobStore>(),
                services.GetRequiredService<IVectorIndex>(), services.GetRequiredService<ICatalog>(),
                services.GetRequiredService<TimeProvider>())
            {
                ModelFolder = modelFolder,
                Progress = new StageProgress<EncodeProgress>(services.GetRequiredService<CatalogChanges>(), Stages.Index,
                    progress => (progress.Video, (double)progress.Done / progress.Frames)),
            })
            .AddCatalogWorker("featurizer", services => stop => RunAsync(services, stop));
        return builder;
    }

    private static async Task RunAsync(IServiceProvider services, CancellationToken stop)
    {
        // So that the first video does not wait for weights. What is wrong with them is told when it needs them.
        var prepared = Task.Run(services.GetRequiredService<VideoTextModel>().PrepareFrames, CancellationToken.None);
        try
        {
            await services.GetRequiredService<EncodeWorker>().RunAsync(services.GetRequiredService<EventConsumer>(), stop);
        }
        finally
        {
            await prepared.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
