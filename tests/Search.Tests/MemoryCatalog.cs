using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Search.Tests;

/// <summary>A catalog of entries that a test sets.</summary>
internal sealed class MemoryCatalog : ICatalog
{
    public Dictionary<VideoId, CatalogEntry> Entries { get; } = [];

    /// <summary>What every search by name finds.</summary>
    public IReadOnlyList<NameMatch> Named { get; set; } = [];

    public ValueTask<CatalogEntry?> GetAsync(VideoId id, CancellationToken cancellationToken) =>
        new(Entries.GetValueOrDefault(id));

    public ValueTask ApplyAsync(VideoEvent happened, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask ApplyAsync(IReadOnlyList<VideoEvent> happened, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<CatalogEntry> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CatalogPage> PageAsync(
        CollectionId collection, CatalogQuery query, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<CollectionTotals> TotalsAsync(CollectionId collection, CancellationToken cancellationToken) =>
        new(new CollectionTotals(collection, 0, 0, 0,
            Entries.Values.Where(entry => entry.Collection == collection).Sum(entry => entry.Segments ?? 0)));

    public ValueTask<IReadOnlyList<CollectionTotals>> TotalsAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<WaitingVideos> CountWaitingAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<NameMatch>> FindNamedAsync(
        CollectionId collection, IEnumerable<string> texts, int count, CancellationToken cancellationToken) => new(Named);

    public ValueTask RebuildAsync(IEventLog log, CancellationToken cancellationToken) => throw new NotSupportedException();
}
