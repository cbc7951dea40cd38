using TcMgc.Search.Library;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Query;

/// <summary>
/// The videos that a query may show: those that the catalog says are its collection's and indexed by this model, and that its
/// filter matches. The index can hold others: a video is removed from the catalog first, and appears there last. Asks the catalog
/// once a video.
/// </summary>
internal sealed class ShownVideos(
    ICatalog catalog, string modelId, CollectionId collection, Client.VideoFilter filter)
{
    private readonly CatalogFilter _filter = filter.ToCatalog();
    private readonly Dictionary<VideoId, CatalogEntry?> _known = [];

    /// <summary>The video's entry; null where it is not shown.</summary>
    public async ValueTask<CatalogEntry?> FindAsync(VideoId video, CancellationToken cancel)
    {
        if (_known.TryGetValue(video, out var known))
            return known;
        var entry = await catalog.GetAsync(video, cancel);
        var isShown = entry is { State: VideoState.Indexed } && entry.Collection == collection && entry.ModelId == modelId
            && _filter.Matches(entry);
        return _known[video] = isShown ? entry : null;
    }
}
