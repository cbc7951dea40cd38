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

    [Fact]
    public async Task Without_its_log_the_catalog_knows_of_no_videos()
    {
        await Append(Uploaded(1));
        File.Delete(Path.Combine(Data, "events.db"));

        using var folder = await Open();

        Assert.Null(await folder.Catalog.GetAsync(Video(1), s_never));
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
            Assert.Contains($"another tcmgc (process {Environment.ProcessId}) is indexing into {Data}", error.Message,
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
    [InlineData("index.db", "remove it and run 'tcmgc index' again")]
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
            await folder.Index.NearestAsync(TcMgc.Shared.Vectors.VectorSpace.Text, new float[8], 1, s_never);
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

        Assert.Contains("newer tcmgc (schema 7", error.Message, StringComparison.Ordinal);
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
