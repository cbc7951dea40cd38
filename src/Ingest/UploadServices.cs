using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TcMgc.Hosting;
using TcMgc.Ingest.Transcripts;
using TcMgc.Ingest.Uploads;
using TcMgc.Ingest.Urls;
using TcMgc.Ingest.Watching;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;
using TcMgc.Stores;

namespace TcMgc.Ingest;

/// <summary>Gives a service what accepts videos; the stores are the host's.</summary>
public static class UploadServices
{
    /// <summary>Registers what the endpoints of uploads need, and watches a folder where the configuration names one.</summary>
    /// <exception cref="UserException">A setting is wrong, or a folder cannot be used.</exception>
    public static WebApplicationBuilder AddUploads(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = Settings.Read<UploadOptions>(builder.Configuration, UploadOptions.Section);
        var watch = Settings.Read<WatchOptions>(builder.Configuration, WatchOptions.Section);
        var storage = Settings.Read<StorageOptions>(builder.Configuration);
        var folder = options.Folder ?? Path.Combine(storage.Data, "uploads");
        builder.Services
            .AddSingleton(options)
            .AddSingleton(watch)
            .AddSingleton<UploadRoom>()
            .AddSingleton<CollectionQuota>()
            .AddSingleton<VideoIntake>()
            .AddSingleton<TranscriptIntake>()
            .AddSingleton(services => new PartialUploads(folder, options, services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<PartialUploads>>()))
            .AddSingleton(Settings.Read<UrlOptions>(builder.Configuration, UrlOptions.Section))
            .AddSingleton<UrlSource>()
            .AddWorker("uploads", services => services.GetRequiredService<PartialUploads>().SweepAsync);
        if (watch.Folder is { Length: > 0 } watched)
        {
            if (!Directory.Exists(watched))
                throw new UserException($"Watch:Folder is '{watched}', which is no folder");
            builder.Services.AddSingleton<WatchWorker>()
                .AddCatalogWorker("watch", services => services.GetRequiredService<WatchWorker>().RunAsync);
        }
        return builder;
    }
}
