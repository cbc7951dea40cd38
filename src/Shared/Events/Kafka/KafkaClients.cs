using Confluent.Kafka;

namespace TcMgc.Shared.Events.Kafka;

/// <summary>Makes librdkafka's clients: the user's settings, and those that the adapter's promises rest on.</summary>
internal sealed class KafkaClients(KafkaOptions options)
{
    private volatile string? _lastError;

    /// <summary>A producer whose retries neither lose, double nor reorder; keys go to the partitions that Java's clients choose.</summary>
    public IProducer<byte[], byte[]> Producer() => Build(() =>
    {
        var settings = new ProducerConfig(Settings()) { Acks = Acks.All, EnableIdempotence = true, Partitioner = Partitioner.Murmur2Random };
        return new ProducerBuilder<byte[], byte[]>(settings).SetErrorHandler((_, error) => Remember(error)).SetLogHandler(Ignore).Build();
    });

    /// <summary>A member of a group, which commits nothing of itself.</summary>
    public IConsumer<byte[], byte[]> Member(string group, Action<ConsumerBuilder<byte[], byte[]>> handlers) => Build(() =>
    {
        var settings = Consumer(group);
        settings.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        settings.StatisticsIntervalMs ??= 5000;
        var builder = new ConsumerBuilder<byte[], byte[]>(settings).SetErrorHandler((_, error) => Remember(error)).SetLogHandler(Ignore);
        handlers(builder);
        return builder.Build();
    });

    /// <summary>A consumer that is told what to read, tells where a partition ends, and is no member of its group.</summary>
    public IConsumer<byte[], byte[]> Reader(string group) => Build(() =>
    {
        var settings = Consumer(group);
        settings.EnablePartitionEof = true;
        return new ConsumerBuilder<byte[], byte[]>(settings).SetErrorHandler((_, error) => Remember(error)).SetLogHandler(Ignore).Build();
    });

    /// <summary>What the user is told when the cluster refuses or does not answer.</summary>
    public UserException Explained(string what, KafkaException error)
    {
        var unanswered = error.Error.Code is ErrorCode.Local_Transport or ErrorCode.Local_TimedOut or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_MsgTimedOut;
        var reason = unanswered && _lastError is { } last ? last : error.Error.Reason;
        return new($"Kafka at {options.BootstrapServers}: {what}: {reason}", error);
    }

    private ConsumerConfig Consumer(string group) => new(Settings())
    {
        GroupId = group,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
    };

    private Dictionary<string, string> Settings() => new(options.ClientSettings) { ["bootstrap.servers"] = options.BootstrapServers };

    /// <summary>What librdkafka retries by itself; kept for the message should it give up.</summary>
    private void Remember(Error error) => _lastError = error.Reason;

    /// <summary>librdkafka's log would go to standard error, which belongs to the program.</summary>
    private static void Ignore(object client, LogMessage message) { }

    private static T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new UserException($"{KafkaOptions.Section}:{nameof(KafkaOptions.ClientSettings)}: {error.Message.ReplaceLineEndings(" ")}", error);
        }
        catch (DllNotFoundException error)
        {
            throw new UserException("librdkafka, the native library that talks to Kafka, is not beside the program; build it again with './tcmgc build'", error);
        }
    }
}
