using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Hosting;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Configuration;
using TcMgc.Shared.Events;

namespace TcMgc.Ingest;

/// <summary>Gives a service the worker that decodes uploads; the stores are the host's.</summary>
public static class DecodeServices
{
    /// <summary>Runs a <see cref="DecodeWorker"/>.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="frameSide">
    /// Width and height of the frames where the process knows its model; null: the configuration's.
    /// </param>
    /// <exception cref="UserException">A setting is wrong.</exception>
    public static WebApplicationBuilder AddDecoding(this WebApplicationBuilder builder, int? frameSide = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = Settings.Read<DecodeOptions>(builder.Configuration, DecodeOptions.Section);
        var media = Settings.Read<MediaOptions>(builder.Configuration, MediaOptions.Section);
        builder.Services
            .AddSingleton(services => new VideoDecoder(services.GetRequiredService<IBlobStore>(), frameSide ?? options.FrameSide,
                services.GetRequiredService<TimeProvider>(), media))
            .AddSingleton(services => new DecodeWorker(services.GetRequiredService<VideoDecoder>(),
                services.GetRequiredService<IEventLog>(), services.GetRequiredService<IBlobStore>(),
                services.GetRequiredService<ICatalog>(), services.GetRequiredService<TimeProvider>())
            {
                Concurrency = options.Concurrency,
                Progress = new StageProgress<DecodeProgress>(services.GetRequiredService<CatalogChanges>(), Stages.Decode,
                    progress => (progress.Video, progress.Frames / progress.Duration)),
            })
            .AddCatalogWorker("decoder", services => stop =>
                services.GetRequiredService<DecodeWorker>().RunAsync(services.GetRequiredService<EventConsumer>(), stop));
        return builder;
    }
}
