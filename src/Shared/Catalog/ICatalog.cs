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

    /// <summary>
    /// The entry of the video whose content has this SHA-256 (64 hexadecimal digits); null where none was uploaded.
    /// </summary>
    ValueTask<CatalogEntry?> FindBySha256Async(string sha256, CancellationToken cancellationToken);

    /// <summary>All entries but deleted ones, by name.</summary>
    IAsyncEnumerable<CatalogEntry> ListAsync(CancellationToken cancellationToken);

    /// <summary>Some of the entries that <see cref="ListAsync"/> gives, in the same order.</summary>
    /// <param name="offset">Entries to leave out before the first, at least 0.</param>
    /// <param name="limit">Most entries of the page, at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<CatalogPage> PageAsync(int offset, int limit, CancellationToken cancellationToken);

    /// <summary>How many videos wait to be indexed: uploaded or decoded ones.</summary>
    ValueTask<WaitingVideos> CountWaitingAsync(CancellationToken cancellationToken);

    /// <summary>Replaces all entries by those that follow from a log, in one transaction.</summary>
    ValueTask RebuildAsync(IEventLog log, CancellationToken cancellationToken);
}

/// <summary>Videos that wait to be indexed.</summary>
/// <param name="Videos">How many.</param>
/// <param name="Bytes">Size of their originals together.</param>
public readonly record struct WaitingVideos(int Videos, long Bytes);

/// <summary>A page of entries.</summary>
/// <param name="Entries">The page.</param>
/// <param name="Total">Entries in all.</param>
public sealed record CatalogPage(IReadOnlyList<CatalogEntry> Entries, int Total);
