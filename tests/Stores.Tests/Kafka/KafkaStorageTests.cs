using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Tests.Common.Kafka;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>How real brokers keep the log: topics as asked for, and events that retention or compaction has taken.</summary>
[Collection(KafkaTests.Name)]
public sealed class KafkaStorageTests(KafkaCluster cluster) : IDisposable
{
    private static readonly Subscription s_workers = new("workers", [Topics.Uploaded]);
    private readonly CancellationTokenSource _end = new(TimeSpan.FromMinutes(2));

    public void Dispose() => _end.Dispose();

    [Fact]
    public async Task Topics_are_created_as_set()
    {
        var options = NewLog(cluster) with { Partitions = 5, Compact = true, Retention = TimeSpan.FromDays(2) };
        await using var log = await OpenAsync(options);

        var (partitions, copies, settings) = await TopicAsync(options, Topics.Indexed);
        var dead = await TopicAsync(options, Topics.Dead);

        Assert.Equal(5, partitions);
        Assert.Equal("172800000", settings["retention.ms"]);
        Assert.Equal(["compact", "delete"], settings["cleanup.policy"].Split(',').Order());
        Assert.Equal((5, copies, "delete"), (dead.Partitions, dead.Copies, dead.Settings["cleanup.policy"]));
    }

    [Fact]
    public async Task Services_that_start_at_once_create_the_topics_together()
    {
        var options = NewLog(cluster);

        var logs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync(options)));

        var upload = Uploaded(1);
        await logs[0].AppendAsync(upload, _end.Token);
        Assert.Equal([upload], await logs[3].ReadAllAsync(_end.Token).ToListAsync(_end.Token));
        foreach (var log in logs)
            await log.DisposeAsync();
    }

    [Fact]
    public async Task A_log_has_one_id_for_all_who_open_it_and_topics_that_are_made_anew_end_before_what_was_followed()
    {
        var options = NewLog(cluster);
        await using var log = await OpenAsync(options);
        await using var again = await OpenAsync(options);
        var empty = await log.IdentifyAsync(_end.Token);
        await log.AppendAsync(Uploaded(1), _end.Token);
        var filled = await again.IdentifyAsync(_end.Token);
        using (var admin = Admin(options))
            await admin.DeleteTopicsAsync([options.Prefix + Topics.Uploaded]);
        await using var anew = await OpenAsync(options);

        Assert.Equal((true, false, empty.Id), (empty.IsEmpty, filled.IsEmpty, filled.Id));
        var lost = await anew.IdentifyAsync(_end.Token);
        Assert.True(lost.IsEmpty);
        var followed = new Dictionary<string, long> { [$"{Topics.Uploaded}/0"] = 0 };
        filled.RequireReached(followed);
        Assert.Throws<UserException>(() => lost.RequireReached(followed));
    }

    [Fact]
    public async Task More_copies_than_brokers_are_refused_with_the_key()
    {
        var error = await Assert.ThrowsAsync<UserException>(() => OpenAsync(NewLog(cluster) with { ReplicationFactor = 99 }));

        Assert.Contains("Kafka:ReplicationFactor", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_whose_position_was_deleted_goes_on_with_what_is_kept()
    {
        var options = NewLog(cluster);
        await using var log = await OpenAsync(options);
        for (var video = 0; video < 5; video++)
            await log.AppendAsync(Uploaded(video), _end.Token);
        await CommitAsync(log, 1);

        await DeleteBeforeAsync(options, 3);

        Assert.Equal([Video(3), Video(4)], await CommitAsync(log, 2));
        Assert.Equal([Video(3), Video(4)], await log.ReadAllAsync(_end.Token).Select(one => one.VideoId).ToListAsync(_end.Token));
    }

    [Fact]
    public async Task A_log_of_which_all_was_deleted_reads_as_empty_and_goes_on()
    {
        var options = NewLog(cluster);
        await using var log = await OpenAsync(options);
        await log.AppendAsync(Uploaded(1), _end.Token);
        await DeleteBeforeAsync(options, 1);

        Assert.Empty(await log.ReadAllAsync(_end.Token).ToListAsync(_end.Token));
        await log.AppendAsync(Uploaded(2), _end.Token);
        Assert.Equal([Video(2)], await CommitAsync(log, 1));
    }

    [Fact]
    public async Task Of_a_compacted_log_the_latest_event_of_each_video_is_read_and_delivered()
    {
        var options = NewLog(cluster) with { Compact = true };
        await using var log = await OpenAsync(options);
        await AlterAsync(options, ("segment.ms", "1"), ("min.cleanable.dirty.ratio", "0.001"), ("max.compaction.lag.ms", "1"));
        VideoEvent[] happened = [Uploaded(0), Uploaded(1), Uploaded(2), Uploaded(1)];
        foreach (var one in happened)
            await log.AppendAsync(one, _end.Token);
        Assert.Equal([Video(0)], await CommitAsync(log, 1));

        // The segment that is written to is not compacted: an append that comes later closes it.
        List<VideoEvent> read;
        for (var last = 3; (read = await log.ReadAllAsync(_end.Token).ToListAsync(_end.Token)).Contains(happened[1]); last++)
        {
            await log.AppendAsync(Uploaded(last), _end.Token);
            await Task.Delay(100, _end.Token);
        }

        Assert.Equal([happened[0], happened[2], happened[3]], read.Take(3));
        Assert.Equal([Video(2), Video(1)], await CommitAsync(log, 2));
    }

    private static KafkaOptions NewLog(KafkaCluster cluster)
    {
        Assert.SkipUnless(cluster.Brokers.AreReal, TestBrokers.CreateNone);
        return cluster.NewLog(partitions: 1);
    }

    /// <summary>Takes some deliveries and commits them; gives their videos.</summary>
    private async Task<List<VideoId>> CommitAsync(KafkaEventLog log, int count)
    {
        var videos = new List<VideoId>();
        await foreach (var delivery in log.SubscribeAsync(s_workers, _end.Token))
        {
            videos.Add(delivery.Event.VideoId);
            await log.CommitAsync(delivery, _end.Token);
            if (videos.Count == count)
                break;
        }
        return videos;
    }

    internal static async Task<(int Partitions, int Copies, Dictionary<string, string> Settings)> TopicAsync(
        KafkaOptions options, string topic)
    {
        using var admin = Admin(options);
        var name = options.Prefix + topic;
        var described = Assert.Single((await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([name]))).TopicDescriptions);
        var settings = Assert.Single(await admin.DescribeConfigsAsync([new() { Type = ResourceType.Topic, Name = name }]));
        return (described.Partitions.Count, described.Partitions[0].Replicas.Count,
            settings.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value));
    }

    /// <summary>As retention does.</summary>
    private static async Task DeleteBeforeAsync(KafkaOptions options, long position)
    {
        using var admin = Admin(options);
        await admin.DeleteRecordsAsync([new(options.Prefix + Topics.Uploaded, 0, position)]);
    }

    private static async Task AlterAsync(KafkaOptions options, params (string Key, string Value)[] settings)
    {
        using var admin = Admin(options);
        var topic = new ConfigResource { Type = ResourceType.Topic, Name = options.Prefix + Topics.Uploaded };
        await admin.IncrementalAlterConfigsAsync(new() { [topic] = [.. settings.Select(set => Set(set.Key, set.Value))] });
    }

    private static ConfigEntry Set(string name, string value) =>
        new() { Name = name, Value = value, IncrementalOperation = AlterConfigOpType.Set };

    private static IAdminClient Admin(KafkaOptions options) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = options.BootstrapServers }).Build();

    private Task<KafkaEventLog> OpenAsync(KafkaOptions options) =>
        KafkaEventLog.OpenAsync(options, TimeProvider.System, _end.Token).AsTask();
}
