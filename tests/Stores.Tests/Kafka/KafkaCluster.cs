using System.Globalization;
using Confluent.Kafka;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Sqlite;
using TcMgc.Tests.Common.Kafka;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>
/// One broker, started at first use. Groups of the new protocol notice changes soon, and miss a dead member as soon as others.
/// </summary>
public class KafkaCluster : IDisposable
{
    /// <summary>Milliseconds after which a silent member is missed; brokers that are not ours allow no less than 6000.</summary>
    private static readonly int s_session = TestBrokers.IsOutside ? 6000 : 3000;

    /// <summary>
    /// Milliseconds. librdkafka's brokers never answer who asked to join and was taken for dead since, as on a machine that stood
    /// still; this ends the wait.
    /// </summary>
    private const string PollInterval = "6000";

    /// <summary>In the new protocol the brokers decide.</summary>
    private static readonly Dictionary<string, string> s_classic = new()
    {
        ["session.timeout.ms"] = s_session.ToString(CultureInfo.InvariantCulture),
        ["heartbeat.interval.ms"] = "200",
    };

    private readonly Lazy<TestBrokers> _brokers;

    public KafkaCluster() : this(1, $"""
        group.consumer.min.heartbeat.interval.ms=200
        group.consumer.heartbeat.interval.ms=200
        group.consumer.min.session.timeout.ms={s_session}
        group.consumer.session.timeout.ms={s_session}
        group.min.session.timeout.ms={s_session}
        """)
    {
    }

    protected KafkaCluster(int brokers, string settings, bool mustBeOurs = false) =>
        _brokers = new(() => new(brokers, settings, mustBeOurs));

    internal TestBrokers Brokers => _brokers.Value;

    /// <summary>Options of a new log. librdkafka's brokers know the classic protocol only.</summary>
    public KafkaOptions NewLog(int partitions, KafkaGroupProtocol protocol = KafkaGroupProtocol.Consumer) =>
        Options(Brokers.BootstrapServers, Brokers.NewPrefix(partitions), partitions,
            Brokers.AreReal ? protocol : KafkaGroupProtocol.Classic);

    public void Dispose()
    {
        if (_brokers.IsValueCreated)
            _brokers.Value.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Options with patience for a busy machine, and without a client's usual leisure.</summary>
    internal static KafkaOptions Options(string servers, string prefix, int partitions, KafkaGroupProtocol protocol) => new()
    {
        BootstrapServers = servers,
        Prefix = prefix,
        Partitions = partitions,
        GroupProtocol = protocol,
        Timeout = TimeSpan.FromMinutes(2),
        DrainTimeout = TimeSpan.FromMinutes(2),
        ClientSettings = new Dictionary<string, string>(protocol == KafkaGroupProtocol.Classic ? s_classic : [])
        {
            ["linger.ms"] = "0",
            ["fetch.wait.max.ms"] = "100",
            ["max.poll.interval.ms"] = PollInterval,
            ["reconnect.backoff.max.ms"] = "300",
            ["statistics.interval.ms"] = "200",
        },
    };

    /// <summary>Appends a message as another program might.</summary>
    internal static async Task AppendRawAsync(KafkaOptions options, string topic, Message<byte[], byte[]> message)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = options.BootstrapServers }).Build();
        await producer.ProduceAsync(options.Prefix + topic, message);
    }

    /// <summary>The first message of a topic's first partition.</summary>
    internal static ConsumeResult<byte[], byte[]> FirstRaw(KafkaOptions options, string topic, CancellationToken cancel)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = options.BootstrapServers, GroupId = "raw" }).Build();
        consumer.Assign(new TopicPartitionOffset(options.Prefix + topic, 0, Offset.Beginning));
        return consumer.Consume(cancel);
    }
}

/// <summary>Three brokers, with the settings that docs/kafka.md advises: for tests that take some away.</summary>
public sealed class ThreeBrokers() : KafkaCluster(3, """
    group.consumer.min.heartbeat.interval.ms=1000
    group.consumer.heartbeat.interval.ms=2000
    """, mustBeOurs: true);

/// <summary>Tests that share the one broker, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class KafkaTests : ICollectionFixture<KafkaCluster>
{
    public const string Name = "Kafka";
}

/// <summary>Tests that share the three brokers, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ThreeBrokersTests : ICollectionFixture<ThreeBrokers>
{
    public const string Name = "Three brokers of Kafka";
}
