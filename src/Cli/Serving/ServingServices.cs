using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Ingest.Uploads;
using TcMgc.Media;
using TcMgc.Model.Store;
using TcMgc.Shared.Configuration;
using TcMgc.Stores;

namespace TcMgc.Cli.Serving;

/// <summary>What only a service has that does everything in one process: models to choose from, and the demo.</summary>
internal static class ServingServices
{
    /// <summary>Registers them.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="models">Says where models lie.</param>
    public static void AddServing(this WebApplicationBuilder builder, ModelOptions models)
    {
        var media = Settings.Read<MediaOptions>(builder.Configuration, MediaOptions.Section);
        var featurize = Settings.Read<FeaturizeOptions>(builder.Configuration, FeaturizeOptions.Section);
        builder.Services
            .AddSingleton(models)
            .AddSingleton(services => new ModelPulls(models.Models, models.Hub, Stopping(services)))
            .AddSingleton(services => new DemoClips(services.GetRequiredService<VideoIntake>(), media, Stopping(services)))
            .AddSingleton(services => new ModelSwitch(services.GetRequiredService<Storage>(), models, media, featurize,
                services.GetRequiredService<IHostApplicationLifetime>()))
            .AddCatalogWorker("model change", services => services.GetRequiredService<ModelSwitch>().RunAsync);
    }

    /// <summary>Adds their endpoints.</summary>
    public static void MapServing(this WebApplication app)
    {
        ModelEndpoints.Map(app);
        DemoEndpoints.Map(app);
    }

    private static CancellationToken Stopping(IServiceProvider services) =>
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
}
