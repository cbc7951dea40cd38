using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;

namespace TcMgc.Tests.Common;

/// <summary>Counts how often entries are read from a catalog.</summary>
/// <param name="catalog">The catalog.</param>
/// <param name="afterFirst">What happens when an entry was read for the first time, before its reader has it. Optional.</param>
internal sealed class CountingCatalog(ICatalog catalog, Func<ValueTask>? afterFirst = null) : ICatalog
{
    private int _reads;

    public int Reads => _reads;

    public ValueTask ApplyAsync(VideoEvent happened, CancellationToken cancellationToken) =>
        catalog.ApplyAsync(happened, cancellationToken);

    public ValueTask ApplyAsync(IReadOnlyList<VideoEvent> happened, CancellationToken cancellationToken) =>
        catalog.ApplyAsync(happened, cancellationToken);

    public async ValueTask<CatalogEntry?> GetAsync(VideoId id, CancellationToken cancellationToken)
    {
        var entry = await catalog.GetAsync(id, cancellationToken);
        if (Interlocked.Increment(ref _reads) == 1 && afterFirst is not null)
            await afterFirst();
        return entry;
    }

    public IAsyncEnumerable<CatalogEntry> ListAsync(CancellationToken cancellationToken) => catalog.ListAsync(cancellationToken);

    public ValueTask<CatalogPage> PageAsync(
        CollectionId collection, CatalogQuery query, int limit, CancellationToken cancellationToken) =>
        catalog.PageAsync(collection, query, limit, cancellationToken);

    public ValueTask<CollectionTotals> TotalsAsync(CollectionId collection, CancellationToken cancellationToken) =>
        catalog.TotalsAsync(collection, cancellationToken);

    public ValueTask<IReadOnlyList<CollectionTotals>> TotalsAsync(CancellationToken cancellationToken) =>
        catalog.TotalsAsync(cancellationToken);

    public ValueTask<WaitingVideos> CountWaitingAsync(CancellationToken cancellationToken) =>
        catalog.CountWaitingAsync(cancellationToken);

    public ValueTask<IReadOnlyList<NameMatch>> FindNamedAsync(
        CollectionId collection, IEnumerable<string> texts, int count, CancellationToken cancellationToken) =>
        catalog.FindNamedAsync(collection, texts, count, cancellationToken);

    public ValueTask RebuildAsync(IEventLog log, CancellationToken cancellationToken) =>
        catalog.RebuildAsync(log, cancellationToken);
}
