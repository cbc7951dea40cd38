using Microsoft.Data.Sqlite;
using TcMgc.Shared.Catalog;
using TcMgc.Stores.Sqlite;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Sqlite;

public sealed class SqliteCatalogTests : CatalogContract, IDisposable
{
    private static readonly CancellationToken s_never = CancellationToken.None;
    private readonly ScratchFolder _folder = new();
    private readonly List<SqliteCatalog> _catalogs = [];

    public void Dispose()
    {
        foreach (var catalog in _catalogs)
            catalog.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_event_that_cannot_be_applied_is_passed_over_and_told_and_the_next_is_applied()
    {
        var (catalog, broken, sound) = ((SqliteCatalog)Create(), Uploaded(1) with { FileName = null! }, Uploaded(2));

        var reason = catalog.Apply(new("a", 1, broken));
        var damaged = catalog.Apply(new("a", 2, null) { Unreadable = "a damaged event" });
        Assert.Null(catalog.Apply(new("a", 3, sound)));
        Assert.Null(catalog.Apply(new("a", 4, null))); // Nothing that was an event: a tombstone.

        Assert.Contains($"{broken.Topic} of video {broken.VideoId} cannot be applied", reason, StringComparison.Ordinal);
        Assert.Equal("a damaged event", damaged);
        Assert.Equal([("a", 1, reason!), ("a", 2, damaged!)], catalog.PassedOver());
        Assert.Equal(4, catalog.Positions()["a"]);
        Assert.Equal([sound.VideoId], await catalog.ListAsync(s_never).Select(entry => entry.Id).ToListAsync());

        await catalog.RebuildAsync(new ListedEvents([sound, broken]), s_never);

        Assert.Equal(("all", 2L), catalog.PassedOver().Select(one => (one.Partition, one.Position)).Single());
        Assert.NotNull(await catalog.GetAsync(sound.VideoId, s_never));
    }

    [Fact]
    public async Task Entries_are_read_while_a_write_waits_for_that_of_another_process()
    {
        var catalog = Create();
        await catalog.ApplyAsync(Uploaded(1), s_never);
        await using var other = new SqliteConnection($"Data Source={_folder.File("catalog-0.db")};Pooling=False");
        await other.OpenAsync(s_never);
        var held = other.BeginTransaction();
        var writing = Task.Factory.StartNew(() => catalog.ApplyAsync(Uploaded(2), s_never).AsTask(),
            TaskCreationOptions.LongRunning).Unwrap();

        for (var read = 0; read < 200; read++)
            Assert.NotNull(await catalog.GetAsync(Uploaded(1).VideoId, s_never));

        Assert.False(writing.IsCompleted); // Else the reads have waited until it gave up.
        await held.DisposeAsync();
        await writing;
    }

    protected override ICatalog Create()
    {
        _catalogs.Add(new(_folder.File($"catalog-{_catalogs.Count}.db")));
        return _catalogs[^1];
    }
}
