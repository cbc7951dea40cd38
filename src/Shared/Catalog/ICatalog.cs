using TcMgc.Shared.Events;

namespace TcMgc.Shared.Catalog;

/// <summary>What is known of each video: a projection of the event log, which can be made again from it.</summary>
public interface ICatalog
{
    /// <summary>
    /// Takes an event in. Applying one twice, or a video's events in another order, gives the same entry; events of an earlier
    /// upload never undo what a later one led to.
    /// </summary>
    ValueTask ApplyAsync(VideoEvent happened, CancellationToken cancellationToken);

    /// <summary>Takes many events in, in one transaction.</summary>
    ValueTask ApplyAsync(IReadOnlyList<VideoEvent> happened, CancellationToken cancellationToken);

    /// <summary>The entry of a video (deleted ones too); null where none was uploaded.</summary>
    ValueTask<CatalogEntry?> GetAsync(VideoId id, CancellationToken cancellationToken);

    /// <summary>The entry of the video whose content has this SHA-256 (64 hexadecimal digits); null where none was uploaded.</summary>
    ValueTask<CatalogEntry?> FindBySha256Async(string sha256, CancellationToken cancellationToken);

    /// <summary>All entries but deleted ones, by name.</summary>
    IAsyncEnumerable<CatalogEntry> ListAsync(CancellationToken cancellationToken);

    /// <summary>Some of the entries that <see cref="ListAsync"/> gives, in the same order.</summary>
    /// <param name="offset">Entries to leave out before the first, at least 0.</param>
    /// <param name="limit">Most entries of the page, at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<CatalogPage> PageAsync(int offset, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets everything and applies the log from its beginning, in one transaction.</summary>
    ValueTask RebuildAsync(IEventLog log, CancellationToken cancellationToken);
}

/// <summary>A page of entries.</summary>
/// <param name="Entries">The page.</param>
/// <param name="Total">Entries in all.</param>
public sealed record CatalogPage(IReadOnlyList<CatalogEntry> Entries, int Total);
