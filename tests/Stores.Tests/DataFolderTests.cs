using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests;

public sealed class DataFolderTests : IDisposable
{
    private static readonly CancellationToken s_never = CancellationToken.None;
    private readonly ScratchFolder _scratch = new();

    private string Data => _scratch.File("data");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_new_folder_is_made_with_its_databases()
    {
        using var folder = await Open();
        string[] databases = ["blobs", "catalog.db", "events.db", "index.db"];
        Assert.Equal(databases, Made());

        await folder.Transcripts.FollowAsync(folder.Catalog, s_never);

        Assert.Equal([.. databases, "transcripts.db"], Made());

        IEnumerable<string> Made() => Entries().Where(name => !name.Contains('-', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reading_where_nothing_was_indexed_makes_nothing()
    {
        var error = await Assert.ThrowsAsync<UserException>(
            async () => await DataFolder.OpenExistingAsync(Data, TimeProvider.System, s_never));

        Assert.Contains("tcmgc index PATH", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task The_catalog_is_made_again_when_it_was_removed()
    {
        var upload = Uploaded(1);
        await Append(upload, Indexed(upload));
        File.Delete(Path.Combine(Data, "catalog.db"));

        using var folder = await Open();

        Assert.Equal(VideoState.Indexed, (await folder.Catalog.GetAsync(upload.VideoId, s_never))!.State);
    }

    [Fact]
    public async Task The_catalog_goes_on_where_it_stood_and_reads_again_what_a_newer_program_wrote()
    {
        var (first, second) = (Uploaded(1), Uploaded(2));
        var log = new ListedEvents([first, second, Uploaded(3)]);
        using (var folder = await Open())
        {
            folder.Apply(new("a", 1, first));
            folder.Apply(new("a", 2, null) { Unreadable = "newer", IsNewer = true });
            folder.Apply(new("a", 3, second));
            folder.Apply(new("b", 7, Uploaded(3)));
            folder.Apply(new("b", 8, null));
        }

        using var again = await DataFolder.OpenAsync(Data, TimeProvider.System, followsOwnLog: false, null, s_never);
        await again.FollowAsync(log, s_never).ToListAsync(s_never);

        Assert.Equal([KeyValuePair.Create("a", 1L), KeyValuePair.Create("b", 8L)], log.Done!.OrderBy(done => done.Key));
        Assert.Equal(3, await again.Catalog.ListAsync(s_never).CountAsync(s_never));
    }

    public enum Loss
    {
        Missing,
        Zeroed,
        Foreign,
        Older,
    }

    [Theory]
    [InlineData(Loss.Missing, "the event log is empty, but", "tcmgc restore")]
    [InlineData(Loss.Zeroed, "the event log is empty, but", "tcmgc restore")]
    [InlineData(Loss.Foreign, "belongs to another event log", "remove it")]
    [InlineData(Loss.Older, "videos.uploaded ends at 1, but the catalog has followed it to 2", "bring back the latest")]
    public async Task A_lost_or_foreign_log_beside_a_filled_catalog_is_refused_with_what_to_do(
        Loss loss, string reason, string wayOut)
    {
        await Append(Uploaded(1));
        var (log, older) = (Path.Combine(Data, "events.db"), _scratch.File("older.db"));
        (await Open()).Dispose();
        File.Copy(log, older);
        await Append(Uploaded(2));
        (await Open()).Dispose();
        Lose(log, loss, older);

        var error = await Assert.ThrowsAsync<UserException>(Open);
        var again = await Assert.ThrowsAsync<UserException>(Open);

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(wayOut, error.Message, StringComparison.Ordinal);
        Assert.Contains(log, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(error.Message, again.Message);
    }

    [Theory]
    [InlineData("catalog.db")]
    [InlineData("index.db")]
    [InlineData("blobs")]
    public async Task An_empty_log_beside_any_filled_store_is_refused_also_where_that_is_of_an_earlier_program(string store)
    {
        FirstFormat.Make(Data);
        foreach (var other in Entries().Where(name => !name.StartsWith(store, StringComparison.Ordinal)).ToList())
            Remove(other);

        var error = await Assert.ThrowsAsync<UserException>(Open);

        Assert.Contains("the event log is empty, but " + Path.Combine(Data, store), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("catalog.db", "remove it")]
    [InlineData("index.db", "tcmgc rebuild")]
    [InlineData("blobs", "delete the blob 'log.id'")]
    public async Task A_store_of_another_log_is_refused_with_what_to_do(string store, string wayOut)
    {
        await FillAsync();
        var aside = _scratch.File("aside");
        Directory.Move(Data, aside);
        await Append(Uploaded(1));
        foreach (var own in Entries().Where(name => name.StartsWith(store, StringComparison.Ordinal)).ToList())
            Remove(own);
        Directory.Move(Path.Combine(aside, store), Path.Combine(Data, store));

        var error = await Assert.ThrowsAsync<UserException>(Open);

        Assert.Contains($"{Path.Combine(Data, store)}: belongs to another event log", error.Message, StringComparison.Ordinal);
        Assert.Contains(wayOut, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_an_earlier_program_is_migrated_with_all_that_it_holds_and_takes_an_id_that_it_keeps()
    {
        FirstFormat.Make(Data);

        (await Open()).Dispose();
        var id = await File.ReadAllTextAsync(Path.Combine(Data, "blobs", "log.id"));
        using var folder = await Open();

        Assert.Equal(id, await File.ReadAllTextAsync(Path.Combine(Data, "blobs", "log.id")));
        var entry = (await folder.Catalog.GetAsync(FirstFormat.Video, s_never))!;
        Assert.Equal((VideoState.Indexed, "holiday.mp4", 1), (entry.State, entry.Name, entry.Segments));
        Assert.Equal(2, await folder.Events.ReadAllAsync(s_never).CountAsync());
        Assert.Equal("no room", (await folder.Events.DeadLettersAsync(s_never).SingleAsync()).Reason);
        var named = new CatalogQuery { Filter = new() { Name = "HOLIDAY" } };
        Assert.Equal(entry, Assert.Single((await folder.Catalog.PageAsync(CollectionId.Default, named, 9, s_never)).Entries));
        var recorded = new CatalogQuery { Filter = new() { RecordedFrom = entry.UploadedAt, RecordedTo = entry.UploadedAt } };
        Assert.Equal(1, (await folder.Catalog.PageAsync(CollectionId.Default, recorded, 9, s_never)).Total);
        Assert.Equal([new CollectionTotals(CollectionId.Default, 1, 4, 0, 1)], await folder.Catalog.TotalsAsync(s_never));
        Assert.Equal(FirstFormat.Video, Assert.Single(
            await folder.Catalog.FindNamedAsync(CollectionId.Default, ["holidays"], 9, s_never)).Video);
        var found = Assert.Single(await folder.Index.NearestAsync(
            CollectionId.Default, TcMgc.Shared.Vectors.VectorSpace.Text, new float[] { 1, 0 }, 3, s_never));
        Assert.Equal((FirstFormat.Video, 1f), (found.Video, found.Similarity));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_file_as_it_was()
    {
        FirstFormat.Make(Data);
        Execute("catalog.db", "CREATE TABLE log(other TEXT)"); // Which the migration makes, too.

        await Assert.ThrowsAsync<UserException>(Open);
        Execute("catalog.db", "DROP TABLE log");
        using var folder = await Open();

        Assert.NotNull(await folder.Catalog.GetAsync(FirstFormat.Video, s_never));
    }

    [Fact]
    public async Task The_folder_may_have_any_name()
    {
        var path = _scratch.File("it's; Mode=Memory \"a\"=b %20 ü");

        (await DataFolder.OpenAsync(path, TimeProvider.System, s_never)).Dispose();

        Assert.True(File.Exists(Path.Combine(path, "index.db")));
    }

    [Fact]
    public async Task What_a_killed_process_had_not_applied_is_in_the_catalog_of_the_next()
    {
        var upload = Uploaded(1);
        await Append(upload);
        (await Open()).Dispose();
        await Append(Indexed(upload));

        using var folder = await Open();

        Assert.Equal(VideoState.Indexed, (await folder.Catalog.GetAsync(upload.VideoId, s_never))!.State);
    }

    [Fact]
    public async Task One_process_works_in_a_folder_at_a_time()
    {
        using var folder = await Open();
        using var other = await Open();
        using (folder.LockForWork())
        {
            var error = Assert.Throws<UserException>(other.LockForWork);
            Assert.Contains($"another tcmgc (process {Environment.ProcessId}) works in {Data}", error.Message,
                StringComparison.Ordinal);
        }
        other.LockForWork().Dispose();
    }

    [Fact]
    public async Task Working_sweeps_what_interrupted_writes_left()
    {
        using var folder = await Open();
        var left = Path.Combine(Data, "blobs", ".unfinished", "left");
        await File.WriteAllTextAsync(left, "half a frame pack");

        folder.LockForWork().Dispose();

        Assert.False(File.Exists(left));
    }

    [Theory]
    [InlineData("events.db", "move the --data folder away")]
    [InlineData("index.db", "remove it and run 'tcmgc rebuild'")]
    [InlineData("catalog.db", "makes it again from events.db")]
    public async Task A_database_that_is_none_is_named_with_what_to_do(string name, string advice)
    {
        (await Open()).Dispose();
        await File.WriteAllBytesAsync(
            Path.Combine(Data, name),
            [.. "this is no database, and longer than a header, which has one hundred bytes; here are a few more of them"u8]);

        var error = await Assert.ThrowsAsync<UserException>(Open);

        Assert.Contains(Path.Combine(Data, name), error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("events.db")]
    [InlineData("catalog.db")]
    [InlineData("index.db")]
    public async Task Damage_inside_a_database_is_told_when_it_is_met(string name)
    {
        var uploads = Enumerable.Range(0, 50).Select(video => Uploaded(video)).ToArray();
        await Append(uploads);
        using (var folder = await Open())
        {
            await folder.Index.BindAsync(SampleSegments.Model, s_never);
            await folder.Index.UpsertAsync(SampleSegments.Of(1, 50, 1), s_never);
        }
        var file = Path.Combine(Data, name);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes.AsSpan(4096).Fill(0xA5);
        await File.WriteAllBytesAsync(file, bytes);

        var error = await Assert.ThrowsAsync<UserException>(async () =>
        {
            using var folder = await Open();
            await foreach (var _ in folder.Events.ReadAllAsync(s_never)) { }
            await foreach (var _ in folder.Catalog.ListAsync(s_never)) { }
            await folder.Index.NearestAsync(default, TcMgc.Shared.Vectors.VectorSpace.Text, new float[8], 1, s_never);
        });

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        (await Open()).Dispose();
        Execute("index.db", "PRAGMA user_version=7");

        var error = await Assert.ThrowsAsync<UserException>(Open);

        Assert.Contains("newer tcmgc (format 7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_another_program_is_left_alone()
    {
        Directory.CreateDirectory(Data);
        Execute("catalog.db", "CREATE TABLE recipes(name)");

        var error = await Assert.ThrowsAsync<UserException>(Open);

        Assert.Contains("a database of another program", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_where_the_folder_should_be_is_a_clear_error()
    {
        await File.WriteAllTextAsync(Data, "");

        var error = await Assert.ThrowsAsync<UserException>(Open);

        Assert.StartsWith(Data, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_may_make_the_same_folder_at_once()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(Open)));
        foreach (var folder in opened)
            folder.Dispose();

        Assert.Equal(8, opened.Length);
    }

    private async Task<DataFolder> Open() => await DataFolder.OpenAsync(Data, TimeProvider.System, s_never);

    private async Task Append(params Shared.Events.VideoEvent[] events)
    {
        using var folder = await Open();
        foreach (var happened in events)
            await folder.Events.AppendAsync(happened, s_never);
    }

    /// <summary>One video in log, catalog, index and blobs.</summary>
    private async Task FillAsync()
    {
        await Append(Uploaded(1));
        using var folder = await Open();
        await folder.Index.BindAsync(SampleSegments.Model, s_never);
        await folder.Index.UpsertAsync(SampleSegments.Of(1, 1, 1), s_never);
        using var content = new MemoryStream([1, 2, 3]);
        await folder.Blobs.WriteContentAsync("originals/1", content, s_never);
    }

    private static void Lose(string log, Loss loss, string older)
    {
        File.Delete(log);
        switch (loss)
        {
            case Loss.Zeroed:
                File.Create(log).Dispose();
                break;
            case Loss.Foreign:
                using (var other = new SqliteEventLog(log, TimeProvider.System, TimeSpan.FromSeconds(1)))
                    other.AppendAsync(Uploaded(3), s_never).AsTask().GetAwaiter().GetResult();
                break;
            case Loss.Older:
                File.Copy(older, log);
                break;
            default:
                break;
        }
    }

    private void Remove(string entry)
    {
        var path = Path.Combine(Data, entry);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }

    private IEnumerable<string> Entries() =>
        Directory.EnumerateFileSystemEntries(Data).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal);

    private void Execute(string name, string statement)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Data, name)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
