using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Search.Tests;

/// <summary>A catalog of entries that a test sets.</summary>
internal sealed class MemoryCatalog : ICatalog
{
    public Dictionary<VideoId, CatalogEntry> Entries { get; } = [];

    public ValueTask<CatalogEntry?> GetAsync(VideoId id, CancellationToken cancellationToken) =>
        new(Entries.GetValueOrDefault(id));

    public ValueTask ApplyAsync(VideoEvent happened, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask ApplyAsync(IReadOnlyList<VideoEvent> happened, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<CatalogEntry?> FindBySha256Async(string sha256, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<CatalogEntry> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CatalogPage> PageAsync(int offset, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<WaitingVideos> CountWaitingAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask RebuildAsync(IEventLog log, CancellationToken cancellationToken) => throw new NotSupportedException();
}
