using TcMgc.Stores.Kafka;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>How topics are asked for.</summary>
public sealed class KafkaTopicsTests
{
    public static TheoryData<KafkaOptions, bool, string, string> Kept => new()
    {
        { new(), false, "-1", "delete" },
        { new() { Retention = TimeSpan.FromDays(30) }, false, "2592000000", "delete" },
        { new() { Compact = true }, false, "-1", "compact" },
        { new() { Compact = true, Retention = TimeSpan.FromHours(1) }, false, "3600000", "compact,delete" },
        { new() { Compact = true, Retention = TimeSpan.FromHours(1) }, true, "3600000", "delete" },
    };

    public static TheoryData<short?, int, short, string?> Copied => new()
    {
        { null, 1, 1, "1" },
        { null, 2, 2, "1" },
        { null, 3, 3, "2" },
        { null, 9, 3, "2" },
        { 4, 9, 4, "2" },
        { 1, 3, 1, "1" },
        { -1, 3, -1, null },
    };

    [Theory]
    [MemberData(nameof(Kept))]
    public void Retention_and_compaction_are_as_set(KafkaOptions options, bool isDeadLetters, string retention, string policy)
    {
        var topic = KafkaTopics.Specification("videos.uploaded", options, brokers: 1, isDeadLetters);

        Assert.Equal((retention, policy), (topic.Configs["retention.ms"], topic.Configs["cleanup.policy"]));
    }

    [Theory]
    [MemberData(nameof(Copied))]
    public void There_are_as_many_copies_as_set_or_three_where_there_are_brokers_enough(
        short? set, int brokers, short copies, string? inSync)
    {
        var options = new KafkaOptions { ReplicationFactor = set };

        var topic = KafkaTopics.Specification("videos.uploaded", options, brokers, isDeadLetters: false);

        Assert.Equal((copies, inSync), (topic.ReplicationFactor, topic.Configs.GetValueOrDefault("min.insync.replicas")));
    }

    [Fact]
    public void Partitions_are_as_set()
    {
        var topic = KafkaTopics.Specification("videos.uploaded", new() { Partitions = 24 }, brokers: 1, isDeadLetters: false);

        Assert.Equal(("videos.uploaded", 24), (topic.Name, topic.NumPartitions));
    }
}
