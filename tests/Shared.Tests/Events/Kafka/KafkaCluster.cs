using Confluent.Kafka;
using TcMgc.Shared.Events;
using TcMgc.Shared.Events.Kafka;

namespace TcMgc.Shared.Tests.Events.Kafka;

/// <summary>
/// The cluster that the tests share: the one that <c>TCMGC_TEST_KAFKA=host:port</c> names, else three brokers in this process.
/// Each log has topics and groups of its own.
/// </summary>
public sealed class KafkaCluster : IDisposable
{
    private static readonly string? s_real = Environment.GetEnvironmentVariable("TCMGC_TEST_KAFKA") is { Length: > 0 } servers ? servers : null;
    private readonly MockBrokers? _mock;
    private readonly string _servers;

    public KafkaCluster()
    {
        _mock = s_real is null ? new(3) : null;
        _servers = s_real ?? _mock!.BootstrapServers;
    }

    /// <summary>Options of a new log with its topics.</summary>
    public KafkaOptions NewLog(int partitions)
    {
        var options = Options(_servers, $"test-{Guid.NewGuid():N}-", partitions);
        if (_mock is not null)
            CreateTopics(_mock, options);
        return options;
    }

    public void Dispose() => _mock?.Dispose();

    /// <summary>Options with patience for a busy machine, and without a client's usual leisure.</summary>
    internal static KafkaOptions Options(string servers, string prefix, int partitions) => new()
    {
        BootstrapServers = servers,
        Prefix = prefix,
        Partitions = partitions,
        Timeout = TimeSpan.FromMinutes(2),
        DrainTimeout = TimeSpan.FromMinutes(2),
        ClientSettings = new Dictionary<string, string>
        {
            ["linger.ms"] = "0",
            ["fetch.wait.max.ms"] = "100",
            // The least that brokers allow; librdkafka's wait nearly as long for a member to return.
            ["session.timeout.ms"] = s_real is null ? "3000" : "6000",
            // librdkafka's brokers never answer who asked to join and was taken for dead since, as on a machine that stood still; this ends the wait.
            ["max.poll.interval.ms"] = "6000",
            ["heartbeat.interval.ms"] = "200",
            ["reconnect.backoff.max.ms"] = "300",
            ["statistics.interval.ms"] = "200",
        },
    };

    /// <summary>librdkafka's brokers know no request that creates topics.</summary>
    internal static void CreateTopics(MockBrokers brokers, KafkaOptions options)
    {
        foreach (var topic in Topics.All.Append(Topics.Dead))
            brokers.CreateTopic(options.Prefix + topic, options.Partitions);
    }

    /// <summary>Appends a message as another program might.</summary>
    internal static async Task AppendRawAsync(KafkaOptions options, string topic, Message<byte[], byte[]> message)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = options.BootstrapServers }).Build();
        await producer.ProduceAsync(options.Prefix + topic, message);
    }

    /// <summary>The first message of a topic's first partition.</summary>
    internal static ConsumeResult<byte[], byte[]> FirstRaw(KafkaOptions options, string topic, CancellationToken cancel)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = options.BootstrapServers, GroupId = "raw" }).Build();
        consumer.Assign(new TopicPartitionOffset(options.Prefix + topic, 0, Offset.Beginning));
        return consumer.Consume(cancel);
    }
}

/// <summary>Tests of one cluster, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class KafkaTests : ICollectionFixture<KafkaCluster>
{
    public const string Name = "Kafka";
}
