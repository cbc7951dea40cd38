using TcMgc.Shared.Events;

namespace TcMgc.Shared.Catalog;

/// <summary>What is known of each video: a projection of the event log, from which it can be made again.</summary>
public interface ICatalog
{
    /// <summary>
    /// Applies an event. Applying one twice, or a video's events in another order, gives the same entry; events of an earlier
    /// upload never change what follows from a later one.
    /// </summary>
    ValueTask ApplyAsync(VideoEvent happened, CancellationToken cancellationToken);

    /// <summary>Applies many events in one transaction.</summary>
    ValueTask ApplyAsync(IReadOnlyList<VideoEvent> happened, CancellationToken cancellationToken);

    /// <summary>The entry of a video (deleted ones too); null where none was uploaded.</summary>
    ValueTask<CatalogEntry?> GetAsync(VideoId id, CancellationToken cancellationToken);

    /// <summary>All entries of all collections but deleted ones, by name.</summary>
    IAsyncEnumerable<CatalogEntry> ListAsync(CancellationToken cancellationToken);

    /// <summary>The next of a collection's entries that a query is about, and how many it is about in all.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="query">Which entries, in which order, behind which one.</param>
    /// <param name="limit">Most entries of the page, at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<CatalogPage> PageAsync(
        CollectionId collection, CatalogQuery query, int limit, CancellationToken cancellationToken);

    /// <summary>What a collection holds.</summary>
    ValueTask<CollectionTotals> TotalsAsync(CollectionId collection, CancellationToken cancellationToken);

    /// <summary>What each collection holds that has a video, by name.</summary>
    ValueTask<IReadOnlyList<CollectionTotals>> TotalsAsync(CancellationToken cancellationToken);

    /// <summary>How many videos of all collections wait to be indexed: uploaded or decoded ones.</summary>
    ValueTask<WaitingVideos> CountWaitingAsync(CancellationToken cancellationToken);

    /// <summary>
    /// A collection's videos whose title, file name and tags have at least half of the words of texts; those with more and rarer
    /// words come first.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="texts">Texts as users type them; words that most sentences have do not count.</param>
    /// <param name="count">Most videos returned.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<NameMatch>> FindNamedAsync(
        CollectionId collection, IEnumerable<string> texts, int count, CancellationToken cancellationToken);

    /// <summary>Replaces all entries by those that follow from a log, in one transaction.</summary>
    ValueTask RebuildAsync(IEventLog log, CancellationToken cancellationToken);
}

/// <summary>Videos that wait to be indexed.</summary>
/// <param name="Videos">How many.</param>
/// <param name="Bytes">Size of their originals together.</param>
public readonly record struct WaitingVideos(int Videos, long Bytes);

/// <summary>What a collection holds; deleted videos do not count.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="Videos">Its videos.</param>
/// <param name="Bytes">Size of their originals together.</param>
/// <param name="Waiting">Of the videos, those that wait to be indexed.</param>
/// <param name="Segments">Segments of those that are indexed.</param>
public readonly record struct CollectionTotals(CollectionId Collection, int Videos, long Bytes, int Waiting, long Segments)
{
    /// <summary>Size of the originals of those that wait.</summary>
    public long WaitingBytes { get; init; }
}

/// <summary>A page of entries.</summary>
/// <param name="Entries">The page.</param>
/// <param name="Total">Entries that the query is about.</param>
/// <param name="States">
/// How many there are in each state if the filter is left as it is but for <see cref="CatalogFilter.States"/>; states without any
/// are absent.
/// </param>
/// <param name="Next">Where the next page begins; null where this is the last one.</param>
public sealed record CatalogPage(
    IReadOnlyList<CatalogEntry> Entries, int Total, IReadOnlyDictionary<VideoState, int> States, CatalogCursor? Next);
