using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Hosting;
using TcMgc.Media;
using TcMgc.Search.Library;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Configuration;

namespace TcMgc.Search;

/// <summary>Gives a service the search engine; stores and model are the host's.</summary>
public static class SearchServices
{
    /// <summary>Registers <see cref="SearchEngine"/>, and what decodes stills and makes pictures.</summary>
    /// <exception cref="UserException">A setting is wrong.</exception>
    public static WebApplicationBuilder AddSearch(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = Settings.Read<SearchOptions>(builder.Configuration, SearchOptions.Section);
        var media = Settings.Read<MediaOptions>(builder.Configuration,
            MediaOptions.Section) with
        { MaxImageBytes = options.LargestImage };
        builder.Services
            .AddVectorIndex()
            .AddTranscripts()
            .AddSingleton(options)
            .AddSingleton(services => new StillDecoder(media, services.GetRequiredService<TimeProvider>()))
            .AddSingleton(services => new PictureMaker(media, services.GetRequiredService<TimeProvider>()))
            .AddSingleton(services => new BrowserVideoMaker(media, services.GetRequiredService<TimeProvider>()))
            .AddSingleton<Originals>()
            .AddSingleton<Proxies>()
            .AddSingleton<Pictures>()
            .AddSingleton<SearchEngine>()
            .AddSingleton<VideoRetry>()
            .AddSingleton<QueryImages>()
            .AddSingleton<RecentVideos>()
            .AddWorker("pictures", services =>
            {
                var (changes, catalog) = (services.GetRequiredService<CatalogChanges>(), services.GetRequiredService<ICatalog>());
                return stop => services.GetRequiredService<Pictures>().FollowAsync(changes, catalog, stop);
            })
            .AddWorker("proxies", services => services.GetRequiredService<Proxies>().RunAsync)
            .AddWorker("throughput", services => services.GetRequiredService<RecentVideos>().RunAsync)
            .AddWorker("first search", services => stop => PrepareAsync(services.GetRequiredService<SearchEngine>(), stop));
        return builder;
    }

    /// <summary>So that the first search does not wait for it. What is wrong is told by the search that needs it.</summary>
    private static async Task PrepareAsync(SearchEngine engine, CancellationToken stop) =>
        await engine.PrepareAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
