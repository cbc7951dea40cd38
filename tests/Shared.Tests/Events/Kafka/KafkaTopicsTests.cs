using TcMgc.Shared.Events.Kafka;

namespace TcMgc.Shared.Tests.Events.Kafka;

/// <summary>How topics are asked for; librdkafka's brokers create none on request.</summary>
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

    [Theory]
    [MemberData(nameof(Kept))]
    public void Retention_and_compaction_are_as_set(KafkaOptions options, bool isDeadLetters, string retention, string policy)
    {
        var topic = KafkaTopics.Specification("videos.uploaded", options, isDeadLetters);

        Assert.Equal((retention, policy), (topic.Configs["retention.ms"], topic.Configs["cleanup.policy"]));
    }

    [Fact]
    public void Partitions_and_replication_are_as_set()
    {
        var topic = KafkaTopics.Specification("videos.uploaded", new() { Partitions = 24, ReplicationFactor = 3 }, isDeadLetters: false);

        Assert.Equal(("videos.uploaded", 24, (short)3), (topic.Name, topic.NumPartitions, topic.ReplicationFactor));
    }
}
