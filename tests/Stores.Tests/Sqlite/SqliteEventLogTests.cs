using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Sqlite;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Sqlite;

public sealed class SqliteEventLogTests : EventLogContract
{
    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<IEventLog, string> _paths = [];

    protected override IEventLog Create() => Open(_folder.File($"events-{_paths.Count}.db"));

    protected override IEventLog Reopen(IEventLog log) => Open(_paths[log]);

    protected override Task<IEventLog> RestartAsync(IEventLog log)
    {
        ((SqliteEventLog)log).Dispose();
        return Task.FromResult(Reopen(log));
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var log in _paths.Keys)
            ((SqliteEventLog)log).Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_group_has_one_subscriber_in_a_process()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        await using var first = log.SubscribeAsync(new("workers", Topics.All), Cancelled).GetAsyncEnumerator(Cancelled);
        await first.MoveNextAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Deliveries(log, new("workers", Topics.All), 1));
    }

    [Fact]
    public async Task An_append_that_was_not_committed_is_invisible()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        using var killed = new SqliteConnection($"Data Source={_paths[log]};Pooling=False");
        killed.Open();
        using (var transaction = killed.BeginTransaction())
        {
            using var insert = killed.CreateCommand();
            insert.CommandText = "INSERT INTO events(topic, video, body) SELECT topic, video, body FROM events";
            insert.ExecuteNonQuery();

            Assert.Equal(1, await Count(Reopen(log)));
        }
        Assert.Equal(1, await Count(Reopen(log)));
    }

    [Fact]
    public async Task An_event_of_a_newer_schema_is_refused()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1) with { SchemaVersion = VideoEvent.CurrentSchema + 1 }, Cancelled);

        var error = await Assert.ThrowsAsync<UserException>(() => Deliveries(log, new("workers", Topics.All), 1));

        Assert.Contains("use a newer one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_event_is_a_dead_letter_and_the_next_one_is_delivered()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        await log.AppendAsync(Uploaded(2), Cancelled);
        using (var damage = new SqliteConnection($"Data Source={_paths[log]};Pooling=False"))
        {
            damage.Open();
            using var update = damage.CreateCommand();
            update.CommandText = "UPDATE events SET body = x'00' WHERE position = 1";
            update.ExecuteNonQuery();
        }

        var delivered = Assert.Single(await Deliveries(log, new("workers", Topics.All), 1));

        Assert.Equal(Video(2), delivered.Event.VideoId);
        var letter = Assert.Single(await log.DeadLettersAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Equal((1, "workers"), (letter.Position, letter.Group));
        Assert.Contains("damaged event", letter.Reason, StringComparison.Ordinal);
        Assert.Equal([Video(2)], await log.ReadAllAsync(Cancelled).Select(one => one.VideoId).ToListAsync(Cancelled));
    }

    private async Task<int> Count(IEventLog log)
    {
        var count = 0;
        await foreach (var _ in log.ReadAllAsync(Cancelled))
            count++;
        return count;
    }

    private SqliteEventLog Open(string path)
    {
        var log = new SqliteEventLog(path, TimeProvider.System, TimeSpan.FromMilliseconds(20));
        _paths[log] = path;
        return log;
    }
}
