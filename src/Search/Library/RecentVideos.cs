using System.Collections.Concurrent;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary>The videos that became searchable lately: how fast the index grows.</summary>
/// <param name="changes">Says which videos have changed.</param>
/// <param name="catalog">Says how.</param>
/// <param name="time">Clock of what is lately.</param>
internal sealed class RecentVideos(CatalogChanges changes, ICatalog catalog, TimeProvider time)
{
    private const int Minutes = 10;

    private readonly ConcurrentDictionary<VideoId, (DateTimeOffset At, double Seconds, CollectionId Collection)> _indexed = new();

    /// <summary>What was indexed of a collection in the last minutes.</summary>
    public Client.Throughput ThroughputOf(CollectionId collection)
    {
        Forget();
        var videos = _indexed.Values.Where(video => video.Collection == collection).ToList();
        return new(Minutes, videos.Count, Math.Round(videos.Sum(video => video.Seconds), 1));
    }

    /// <summary>Follows the catalog until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var listener = changes.Listen();
        while (await listener.NextAsync(stop) is { } change)
        {
            if (change.Stage is not null || await catalog.GetAsync(change.Video, stop) is not { } entry)
                continue;
            if (entry is { State: VideoState.Indexed, IndexedAt: { } at, Duration: { } seconds })
                _indexed[entry.Id] = (at, seconds, entry.Collection);
            Forget();
        }
    }

    private void Forget()
    {
        var oldest = time.GetUtcNow() - TimeSpan.FromMinutes(Minutes);
        foreach (var (video, indexed) in _indexed)
            if (indexed.At < oldest)
                _indexed.TryRemove(video, out _);
    }
}
