using System.Diagnostics;
using System.Globalization;
using System.Text;
using TcMgc.Shared.Events;
using TcMgc.Shared.Events.Kafka;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Shared.Tests.Events.Kafka;

[Collection(KafkaTests.Name)]
public sealed class KafkaEventLogTests(KafkaCluster cluster) : EventLogContract
{
    private static readonly Subscription s_workers = new("workers", Topics.All);
    private readonly Dictionary<IEventLog, KafkaOptions> _logs = [];

    /// <summary>Joining a group takes a while, and each step may do so.</summary>
    protected override int Runs => 3;

    protected override IEventLog Create() => Open(cluster.NewLog(partitions: 1));

    protected override IEventLog Reopen(IEventLog log) => Open(_logs[log]);

    protected override async Task<IEventLog> RestartAsync(IEventLog log)
    {
        await ((KafkaEventLog)log).DisposeAsync();
        return Reopen(log);
    }

    public override void Dispose()
    {
        foreach (var log in _logs.Keys.Cast<KafkaEventLog>())
            log.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    [Fact]
    public async Task A_message_that_is_no_event_becomes_a_dead_letter_as_it_was_while_the_rest_flows()
    {
        var log = Create();
        var (options, poison) = (_logs[log], Encoding.UTF8.GetBytes("{ no event"));
        await log.AppendAsync(Uploaded(1), Cancelled);
        await KafkaCluster.AppendRawAsync(options, Topics.Uploaded, new() { Key = [1], Value = poison, Headers = new() { { "from", [7] } } });
        await log.AppendAsync(Uploaded(2), Cancelled);

        Assert.Equal([Video(1), Video(2)], (await Events(log, s_workers, 2, commit: true)).Select(one => one.VideoId));
        var dead = KafkaCluster.FirstRaw(options, Topics.Dead, Cancelled);
        Assert.Equal(poison, dead.Message.Value);
        Assert.Equal([7], dead.Message.Headers.GetLastBytes("from"));
        var letter = Assert.Single(await log.DeadLettersAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Equal((Topics.Uploaded, "videos.uploaded/0", 1, "workers"), (letter.Topic, letter.Partition, letter.Position, letter.Group));
        Assert.Contains("damaged event", letter.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_of_a_newer_schema_is_refused_while_the_rest_flows()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1) with { SchemaVersion = VideoEvent.CurrentSchema + 1 }, Cancelled);
        await log.AppendAsync(Uploaded(2), Cancelled);

        Assert.Equal([Video(2)], (await Events(log, s_workers, 1)).Select(one => one.VideoId));
        var letter = Assert.Single(await log.DeadLettersAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Contains($"schema version {VideoEvent.CurrentSchema + 1}", letter.Reason, StringComparison.Ordinal);
        Assert.Contains("use a newer one", letter.Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UserException>(async () => await log.ReadAllAsync(Cancelled).ToListAsync(Cancelled));
    }

    [Fact]
    public async Task A_tombstone_is_passed_over()
    {
        var log = Create();
        await KafkaCluster.AppendRawAsync(_logs[log], Topics.Uploaded, new() { Key = [1], Value = null! });
        await log.AppendAsync(Uploaded(2), Cancelled);

        Assert.Equal([Video(2)], (await Events(log, s_workers, 1)).Select(one => one.VideoId));
        Assert.Empty(await log.DeadLettersAsync(Cancelled).ToListAsync(Cancelled));
    }

    [Fact]
    public async Task What_was_taken_from_a_member_is_not_committed_by_it()
    {
        var options = cluster.NewLog(partitions: 4);
        var uploads = s_workers with { Topics = [Topics.Uploaded] };
        var (first, second) = (Open(options), Open(options));
        for (var video = 0; video < 16; video++)
            await first.AppendAsync(Uploaded(video), Cancelled);
        await using var deliveries = first.SubscribeAsync(uploads, Cancelled).GetAsyncEnumerator(Cancelled);
        var taken = new List<Delivery>();
        while (taken.Count < 16 && await deliveries.MoveNextAsync())
            taken.Add(deliveries.Current);

        var moved = Assert.Single(await Deliveries(second, uploads, 1));
        foreach (var delivery in taken)
            await first.CommitAsync(delivery, Cancelled);
        await first.DisposeAsync();
        await second.DisposeAsync();

        var again = await Open(options).SubscribeAsync(uploads, Cancelled).FirstAsync(delivery => delivery.Event == moved.Event, Cancelled);
        Assert.Equal((moved.Partition, moved.Position), (again.Partition, again.Position));
    }

    [Fact]
    public async Task A_subscription_that_ends_stays_until_what_is_in_flight_is_committed()
    {
        var options = cluster.NewLog(partitions: 1);
        var (first, second) = (Open(options), Open(options));
        await first.AppendAsync(Uploaded(1), Cancelled);
        await first.AppendAsync(Uploaded(2), Cancelled);
        var working = Assert.Single(await Deliveries(first, s_workers, 1));
        var next = Events(second, s_workers, 1);

        await first.CommitAsync(working, Cancelled);

        Assert.Equal([Video(2)], (await next).Select(one => one.VideoId));
    }

    [Fact]
    public async Task Work_longer_than_the_poll_interval_costs_no_membership()
    {
        var options = cluster.NewLog(partitions: 1);
        var session = options.ClientSettings["session.timeout.ms"];
        var log = Open(options with { ClientSettings = new Dictionary<string, string>(options.ClientSettings) { ["max.poll.interval.ms"] = session } });
        for (var video = 0; video < 6; video++)
            await log.AppendAsync(Uploaded(video), Cancelled);
        await using var deliveries = log.SubscribeAsync(s_workers with { MaxInFlight = 1 }, Cancelled).GetAsyncEnumerator(Cancelled);

        var seen = new List<VideoId>();
        while (seen.Count < 6 && await deliveries.MoveNextAsync())
        {
            if (seen.Count == 2)
                await Task.Delay(int.Parse(session, CultureInfo.InvariantCulture) * 3 / 2, Cancelled);
            seen.Add(deliveries.Current.Event.VideoId);
            await log.CommitAsync(deliveries.Current, Cancelled);
        }

        Assert.Equal(Enumerable.Range(0, 6).Select(Video), seen);
    }

    [Fact]
    public async Task A_partition_that_was_taken_away_during_long_work_flows_when_it_comes_back()
    {
        var options = cluster.NewLog(partitions: 4);
        var uploads = s_workers with { Topics = [Topics.Uploaded], MaxInFlight = 1 };
        var (first, second) = (Open(options), Open(options));
        for (var video = 0; video < 16; video++)
            await first.AppendAsync(Uploaded(video), Cancelled);
        await using var deliveries = first.SubscribeAsync(uploads, Cancelled).GetAsyncEnumerator(Cancelled);
        await deliveries.MoveNextAsync();
        var seen = new HashSet<VideoId>();
        async Task WorkAsync(int videos)
        {
            while (seen.Count < videos)
            {
                seen.Add(deliveries.Current.Event.VideoId);
                await first.CommitAsync(deliveries.Current, Cancelled);
                if (seen.Count < videos)
                    await deliveries.MoveNextAsync();
            }
        }

        await Deliveries(second, uploads, 1); // It joins while the first works.
        await WorkAsync(3);
        await second.DisposeAsync();
        await deliveries.MoveNextAsync();
        await WorkAsync(16);

        Assert.Equal(16, seen.Count);
    }

    [Fact]
    public async Task Topics_that_are_missing_and_may_not_be_created_are_told()
    {
        var options = cluster.NewLog(partitions: 1) with { Prefix = "nobody-made-these-", CreateTopics = false };

        var error = await Assert.ThrowsAsync<UserException>(() => KafkaEventLog.OpenAsync(options, TimeProvider.System, Cancelled).AsTask());

        Assert.Contains("nobody-made-these-videos.uploaded", error.Message, StringComparison.Ordinal);
        Assert.Contains("Kafka:CreateTopics", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_video_stays_on_its_partition()
    {
        var log = Open(cluster.NewLog(partitions: 4));
        for (var round = 0; round < 8; round++)
            await log.AppendAsync(Uploaded(round % 2), Cancelled);

        var deliveries = await Deliveries(log, s_workers, 8);

        Assert.All(deliveries.GroupBy(one => one.Event.VideoId), video => Assert.Single(video.Select(one => one.Partition).Distinct()));
    }

    [Fact]
    public async Task The_lag_is_what_a_group_has_not_committed()
    {
        var log = Create();
        for (var video = 0; video < 3; video++)
            await log.AppendAsync(Uploaded(video), Cancelled);
        using var lag = new LagReading(_logs[log].Prefix + "workers", _logs[log].Prefix + Topics.Uploaded);
        await using var deliveries = log.SubscribeAsync(s_workers, Cancelled).GetAsyncEnumerator(Cancelled);
        await deliveries.MoveNextAsync();

        await lag.BecomesAsync(3, Cancelled);
        await log.CommitAsync(deliveries.Current, Cancelled);
        await lag.BecomesAsync(2, Cancelled);
    }

    [Fact]
    public async Task Reading_the_log_again_and_again_leaves_no_thread_behind()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        await log.ReadAllAsync(Cancelled).ToListAsync(Cancelled);
        var before = Threads();

        for (var read = 0; read < 40; read++)
            await log.ReadAllAsync(Cancelled).ToListAsync(Cancelled);

        Assert.InRange(Threads() - before, int.MinValue, 20); // Other tests have threads too.
    }

    [Fact]
    public async Task One_group_has_one_subscriber_in_a_process()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        await using var first = log.SubscribeAsync(s_workers, Cancelled).GetAsyncEnumerator(Cancelled);
        await first.MoveNextAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Deliveries(log, s_workers, 1));
    }

    private static int Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }

    private KafkaEventLog Open(KafkaOptions options)
    {
        var log = KafkaEventLog.OpenAsync(options, TimeProvider.System, Cancelled).AsTask().GetAwaiter().GetResult();
        _logs[log] = options;
        return log;
    }
}
