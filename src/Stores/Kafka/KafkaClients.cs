using Confluent.Kafka;
using TcMgc.Shared;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Makes librdkafka's clients: the user's settings, and those that the adapter's promises rest on.</summary>
internal sealed class KafkaClients(KafkaOptions options)
{
    private const string Setting = $"{KafkaOptions.Section}:{nameof(KafkaOptions.ClientSettings)}:";

    /// <summary>Milliseconds after which a member that is silent is missed; until then a classic group stands still.</summary>
    private const int ClassicSession = 10_000;

    /// <summary>
    /// Milliseconds after which an append fails that too few brokers have taken. A cluster needs 9 seconds to miss a broker that
    /// hangs, and 12 where that one led the controllers.
    /// </summary>
    private const int AppendTimeout = 13_500;

    private volatile Error? _lastError;

    /// <summary>Whether credentials or certificates were refused when a connection was last tried.</summary>
    public bool IsRefused => _lastError is { Code: ErrorCode.Local_Authentication or ErrorCode.Local_Ssl };

    /// <summary>Forgets what went wrong before the cluster answered.</summary>
    public void Answered() => _lastError = null;

    /// <summary>
    /// A producer whose retries neither lose, double nor reorder; keys go to the partitions that Java's clients choose.
    /// </summary>
    public IProducer<byte[], byte[]> Producer() => Build(() =>
    {
        var settings = new ProducerConfig(Settings())
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            Partitioner = Partitioner.Murmur2Random,
        };
        settings.MessageTimeoutMs ??= AppendTimeout;
        return new ProducerBuilder<byte[], byte[]>(settings)
            .SetErrorHandler((_, error) => Remember(error)).SetLogHandler((_, line) => Remember(line)).Build();
    });

    /// <summary>A member of a group, which commits nothing of itself.</summary>
    public IConsumer<byte[], byte[]> Member(string group, Action<ConsumerBuilder<byte[], byte[]>> handlers) => Build(() =>
    {
        var settings = Consumer(group);
        settings.StatisticsIntervalMs ??= 5000;
        var builder = Builder(settings);
        handlers(builder);
        return builder.Build();
    });

    /// <summary>A consumer that is told what to read, tells where a partition ends, and is no member of its group.</summary>
    public IConsumer<byte[], byte[]> Reader(string group) => Build(() =>
    {
        var settings = Consumer(group);
        settings.EnablePartitionEof = true;
        return Builder(settings).Build();
    });

    /// <summary>What the user is told when the cluster refuses or does not answer.</summary>
    public UserException Explained(string what, KafkaException error)
    {
        var cause = error.Error.IsSilence() && _lastError is { } last ? last : error.Error;
        var line = $"{options.Name}: {what}: {cause.Reason}{Advice(cause.Code)}";
        return error.Error.IsFinal() ? new UserException(line, error) : new StoreUnavailableException(options.Name, line, error);
    }

    private ConsumerConfig Consumer(string group)
    {
        var settings = new ConsumerConfig(Settings())
        {
            GroupId = group,
            GroupProtocol = GroupProtocol.Consumer,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        };
        if (options.GroupProtocol == KafkaGroupProtocol.Classic)
        {
            settings.GroupProtocol = GroupProtocol.Classic;
            settings.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
            settings.SessionTimeoutMs ??= ClassicSession;
        }
        return settings;
    }

    private ConsumerBuilder<byte[], byte[]> Builder(ConsumerConfig settings) => new ConsumerBuilder<byte[], byte[]>(settings)
        .SetErrorHandler((_, error) => Remember(error)).SetLogHandler((_, line) => Remember(line));

    /// <summary>The user's, and such that a broker that hangs or comes back is noticed within seconds.</summary>
    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>(
            options.ClientSettings)
        { ["bootstrap.servers"] = options.BootstrapServers };
        settings.TryAdd("socket.timeout.ms", "4000");
        settings.TryAdd("socket.connection.setup.timeout.ms", "4000");
        settings.TryAdd("reconnect.backoff.max.ms", "1000");
        return settings;
    }

    /// <summary>What librdkafka retries by itself; kept for the message should it give up.</summary>
    private void Remember(Error error)
    {
        // That all are down says less than why one of them is.
        if (error.Code != ErrorCode.Local_AllBrokersDown)
            _lastError = error;
    }

    /// <summary>What can be done about what no retry heals.</summary>
    private static string Advice(ErrorCode code) => code switch
    {
        ErrorCode.UnsupportedVersion or ErrorCode.Local_UnsupportedFeature =>
            $" (brokers before 4.0 want {KafkaOptions.Section}:{nameof(KafkaOptions.GroupProtocol)} set to classic)",
        ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed =>
            $" (are {Setting}sasl.username and sasl.password right?)",
        ErrorCode.Local_Ssl => $" (does {Setting}ssl.ca.location vouch for the brokers, and is security.protocol theirs?)",
        ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed =>
            $" (give the user of {Setting}sasl.username that right)",
        _ => "",
    };

    /// <summary>
    /// librdkafka's log would go to standard error, which belongs to the program. That a broker hangs up is told there alone.
    /// </summary>
    private void Remember(LogMessage line)
    {
        if (line.Facility != "FAIL" || !line.Message.Contains("Disconnected", StringComparison.Ordinal))
            return;
        var reason = line.Message[(line.Message.IndexOf("]: ", StringComparison.Ordinal) + 3)..];
        if (reason.Contains("APIVERSION_QUERY", StringComparison.Ordinal))
            reason += $" (is {Setting}security.protocol the brokers'?)";
        Remember(new Error(ErrorCode.Local_Transport, reason));
    }

    private static T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new UserException($"{Setting} {error.Message.ReplaceLineEndings(" ")}", error);
        }
        catch (DllNotFoundException error)
        {
            throw new UserException(
                "librdkafka, the native library that talks to Kafka, is not beside the program; build it again with './tcmgc "
                    + "build'", error);
        }
    }
}
