using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Sqlite;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Kafka;

[Collection(KafkaTests.Name)]
public sealed class KafkaEventLogTests(KafkaCluster cluster) : KafkaEventLogContract(cluster, KafkaGroupProtocol.Consumer)
{
    [Fact]
    public async Task A_message_that_is_no_event_becomes_a_dead_letter_as_it_was_while_the_rest_flows()
    {
        var log = Create();
        var (options, poison) = (OptionsOf(log), Encoding.UTF8.GetBytes("{ no event"));
        await log.AppendAsync(Uploaded(1), Cancelled);
        await KafkaCluster.AppendRawAsync(
            options, Topics.Uploaded, new() { Key = [1], Value = poison, Headers = new() { { "from", [7] } } });
        await log.AppendAsync(Uploaded(2), Cancelled);

        Assert.Equal([Video(1), Video(2)], (await Events(log, Workers, 2, commit: true)).Select(one => one.VideoId));
        var dead = KafkaCluster.FirstRaw(options, Topics.Dead, Cancelled);
        Assert.Equal(poison, dead.Message.Value);
        Assert.Equal([7], dead.Message.Headers.GetLastBytes("from"));
        var letter = Assert.Single(await log.DeadLettersAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Equal((Topics.Uploaded, "videos.uploaded/0", 1, "workers"),
            (letter.Topic, letter.Partition, letter.Position, letter.Group));
        Assert.Contains("damaged event", letter.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_of_a_newer_schema_is_refused_while_the_rest_flows()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1) with { SchemaVersion = VideoEvent.CurrentSchema + 1 }, Cancelled);
        await log.AppendAsync(Uploaded(2), Cancelled);

        Assert.Equal([Video(2)], (await Events(log, Workers, 1)).Select(one => one.VideoId));
        var letter = Assert.Single(await log.DeadLettersAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Contains($"schema version {VideoEvent.CurrentSchema + 1}", letter.Reason, StringComparison.Ordinal);
        Assert.Contains("use a newer one", letter.Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UserException>(async () => await log.ReadAllAsync(Cancelled).ToListAsync(Cancelled));
    }

    [Fact]
    public async Task A_follower_is_given_deletions_first_and_leaves_no_group_behind()
    {
        var log = Create();
        var upload = Uploaded(1);
        foreach (var one in (VideoEvent[])[upload, Decoded(upload), Indexed(upload), Deleted(upload)])
            await log.AppendAsync(one, Cancelled);

        var read = await log.ReadAllAsync(Cancelled).ToListAsync(Cancelled);

        Assert.Equal((4, Topics.Deleted), (read.Count, read[0].Topic));
        if (!AreReal)
            return; // librdkafka's brokers list no groups.
        var options = OptionsOf(log);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = options.BootstrapServers }).Build();
        Assert.DoesNotContain(admin.ListGroups(TimeSpan.FromMinutes(1)),
            group => group.Group.StartsWith(options.Prefix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tombstone_is_passed_over()
    {
        var log = Create();
        await KafkaCluster.AppendRawAsync(OptionsOf(log), Topics.Uploaded, new() { Key = [1], Value = null! });
        await log.AppendAsync(Uploaded(2), Cancelled);

        Assert.Equal([Video(2)], (await Events(log, Workers, 1)).Select(one => one.VideoId));
        Assert.Empty(await log.DeadLettersAsync(Cancelled).ToListAsync(Cancelled));
    }

    [Fact]
    public async Task Topics_that_are_missing_and_may_not_be_created_are_told()
    {
        var options = NewLog(partitions: 1) with { Prefix = "nobody-made-these-", CreateTopics = false };

        var error = await Assert.ThrowsAsync<UserException>(
            () => KafkaEventLog.OpenAsync(options, TimeProvider.System, Cancelled).AsTask());

        Assert.Contains("nobody-made-these-videos.uploaded", error.Message, StringComparison.Ordinal);
        Assert.Contains("Kafka:CreateTopics", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_video_stays_on_its_partition()
    {
        var log = Open(NewLog(partitions: 4));
        for (var round = 0; round < 8; round++)
            await log.AppendAsync(Uploaded(round % 2), Cancelled);

        var deliveries = await Deliveries(log, Workers, 8);

        Assert.All(
            deliveries.GroupBy(one => one.Event.VideoId), video => Assert.Single(video.Select(one => one.Partition).Distinct()));
    }

    [Fact]
    public async Task The_lag_is_what_a_group_has_not_committed()
    {
        var log = Create();
        for (var video = 0; video < 3; video++)
            await log.AppendAsync(Uploaded(video), Cancelled);
        using var lag = new LagReading(OptionsOf(log).Prefix + "workers", OptionsOf(log).Prefix + Topics.Uploaded);
        await using var deliveries = log.SubscribeAsync(Workers, Cancelled).GetAsyncEnumerator(Cancelled);
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

        for (var read = 0; read < 15; read++)
            await log.ReadAllAsync(Cancelled).ToListAsync(Cancelled);

        Assert.InRange(Threads() - before, int.MinValue, 20); // Other tests have threads too.
    }

    [Fact]
    public async Task One_group_has_one_subscriber_in_a_process()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        await using var first = log.SubscribeAsync(Workers, Cancelled).GetAsyncEnumerator(Cancelled);
        await first.MoveNextAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Deliveries(log, Workers, 1));
    }

    private static int Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
