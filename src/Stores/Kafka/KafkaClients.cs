using Confluent.Kafka;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Creates librdkafka's clients from the user's settings and those that the adapter's guarantees need.</summary>
internal sealed class KafkaClients(KafkaOptions options)
{
    private const string Setting = $"{KafkaOptions.Section}:{nameof(KafkaOptions.ClientSettings)}:";

    /// <summary>
    /// Milliseconds without a heartbeat after which a member is removed; until then a classic group is blocked.
    /// </summary>
    private const int ClassicSession = 10_000;

    /// <summary>
    /// Milliseconds after which an append fails that too few brokers have acknowledged. A cluster needs 9 seconds to detect a
    /// broker that hangs, and 12 if it is the active controller.
    /// </summary>
    private const int AppendTimeout = 13_000;

    private volatile Error? _lastError;

    /// <summary>Whether credentials or certificates were refused when a connection was last tried.</summary>
    public bool IsRefused => _lastError is { Code: ErrorCode.Local_Authentication or ErrorCode.Local_Ssl };

    /// <summary>Forgets earlier errors: the cluster has answered.</summary>
    public void Answered() => _lastError = null;

    /// <summary>
    /// A producer whose retries neither lose, duplicate nor reorder messages. It partitions keys as Java's clients do.
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

    /// <summary>A member of a group without automatic commits.</summary>
    public IConsumer<byte[], byte[]> Member(string group, Action<ConsumerBuilder<byte[], byte[]>> handlers) => Build(() =>
    {
        var settings = Consumer(group);
        settings.StatisticsIntervalMs ??= 5000;
        var builder = Builder(settings);
        handlers(builder);
        return builder.Build();
    });

    /// <summary>A consumer with manual assignment that reports the ends of partitions and does not join its group.</summary>
    public IConsumer<byte[], byte[]> Reader(string group) => Build(() =>
    {
        var settings = Consumer(group);
        settings.EnablePartitionEof = true;
        return Builder(settings).Build();
    });

    /// <summary>The error for the user when the cluster refuses or does not answer.</summary>
    public UserException Explained(string what, KafkaException error)
    {
        var cause = error.Error.IsNoAnswer() && _lastError is { } last ? last : error.Error;
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

    /// <summary>The user's settings, and time-outs that detect within seconds when a broker hangs or returns.</summary>
    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>(options.ClientSettings)
        {
            ["bootstrap.servers"] = options.BootstrapServers,
        };
        settings.TryAdd("socket.timeout.ms", "4000");
        settings.TryAdd("socket.connection.setup.timeout.ms", "4000");
        settings.TryAdd("reconnect.backoff.max.ms", "1000");
        return settings;
    }

    /// <summary>Keeps an error that librdkafka retries, for the message if the retries fail.</summary>
    private void Remember(Error error)
    {
        // The reason why one broker is down says more than that all are.
        if (error.Code != ErrorCode.Local_AllBrokersDown)
            _lastError = error;
    }

    /// <summary>Advice for errors that no retry resolves.</summary>
    private static string Advice(ErrorCode code) => code switch
    {
        ErrorCode.UnsupportedVersion or ErrorCode.Local_UnsupportedFeature =>
            $" (brokers before 4.0 need {KafkaOptions.Section}:{nameof(KafkaOptions.GroupProtocol)} set to classic)",
        ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed =>
            $" (are {Setting}sasl.username and sasl.password right?)",
        ErrorCode.Local_Ssl =>
            $" (does {Setting}ssl.ca.location trust the brokers' certificates, and does security.protocol match theirs?)",
        ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed =>
            $" (give the user of {Setting}sasl.username that right)",
        _ => "",
    };

    /// <summary>
    /// Reads librdkafka's log, which would otherwise go to standard error: only the log reports that a broker closed a
    /// connection.
    /// </summary>
    private void Remember(LogMessage line)
    {
        if (line.Facility != "FAIL" || !line.Message.Contains("Disconnected", StringComparison.Ordinal))
            return;
        var reason = line.Message[(line.Message.IndexOf("]: ", StringComparison.Ordinal) + 3)..];
        if (reason.Contains("APIVERSION_QUERY", StringComparison.Ordinal))
            reason += $" (is {Setting}security.protocol that of the brokers?)";
        Remember(new Error(ErrorCode.Local_Transport, reason));
    }

    private T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or KafkaException)
        {
            var reason = Secrets.HideIn(error.Message.ReplaceLineEndings(" "), options.ClientSettings);
            throw new UserException($"{Setting} {reason}"); // Without its cause, whose message quotes the setting.
        }
        catch (DllNotFoundException error)
        {
            throw new UserException(
                "librdkafka, the native library that talks to Kafka, is not beside the program; build it again with "
                + "'./tcmgc build'", error);
        }
    }
}
