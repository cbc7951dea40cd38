using System.ComponentModel.DataAnnotations;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Settings of the event log in Kafka, in the configuration's section <see cref="Section"/>.</summary>
public sealed record KafkaOptions : IValidatableObject
{
    /// <summary>Name of the section; errors name <c>Kafka:Member</c>.</summary>
    public const string Section = "Kafka";

    /// <summary>Value of <see cref="ReplicationFactor"/> for the brokers' default.</summary>
    internal const short BrokersDefault = -1;

    private const int MaxPartitions = 10_000;

    /// <summary>Settings that the adapter's guarantees depend on.</summary>
    private static readonly HashSet<string> s_reserved = new(StringComparer.Ordinal)
    {
        "bootstrap.servers", "metadata.broker.list", "group.id", "acks", "request.required.acks", "enable.idempotence",
        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.offset.reset", "enable.partition.eof",
        "group.protocol", "partition.assignment.strategy", "partitioner",
    };

    /// <summary>Initial brokers: <c>host:port</c>, separated by commas.</summary>
    [Required(ErrorMessage = "is not set: it is a list of brokers such as kafka-1:9092,kafka-2:9092")]
    public string BootstrapServers { get; init; } = "";

    /// <summary>Name of the cluster in messages.</summary>
    internal string Name => $"Kafka at {Secrets.HideIn(BootstrapServers)}";

    /// <summary>Prefix of topic and group names, so that installations can share a cluster; default empty.</summary>
    [RegularExpression("[A-Za-z0-9._-]{0,100}", ErrorMessage = "may have up to 100 letters, digits and . _ -")]
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Whether missing topics are created at start; default true. They must exist if this is false or the right is missing.
    /// </summary>
    public bool CreateTopics { get; init; } = true;

    /// <summary>
    /// Partitions of new topics, 1 to 10,000; default 12. It limits the number of workers of a kind that share the work.
    /// </summary>
    [Range(1, MaxPartitions, ErrorMessage = "must be from {1} to {2}")]
    public int Partitions { get; init; } = 12;

    /// <summary>
    /// Copies of each partition of new topics, at least 1, or -1 for the brokers' default. Default null: three, or the number of
    /// brokers if that is lower. With three or more copies, two must have an event before its append returns.
    /// </summary>
    public short? ReplicationFactor { get; init; }

    /// <summary>
    /// Retention of events in new topics, at least 1 s; default null, for ever, since the log is the source of truth.
    /// </summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>
    /// Whether new topics keep only the latest event of each video (log compaction), which is all that catalog and index need;
    /// default false. Dead letters are never compacted.
    /// </summary>
    public bool Compact { get; init; }

    /// <summary>
    /// Time-out of connecting, and of reading at start, 1 second to 1 hour; default 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "must be from {1} to {2}")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a subscription that has ended stays in its group to commit deliveries in flight, 0 to 1 hour; default 20 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "must be from {1} to {2}")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Protocol that assigns partitions to the members of a group; default <see cref="KafkaGroupProtocol.Consumer"/>, for brokers
    /// from 4.0 on.
    /// </summary>
    public KafkaGroupProtocol GroupProtocol { get; init; }

    /// <summary>
    /// Settings of librdkafka for every client, passed on unchanged: <c>security.protocol</c>, <c>sasl.*</c>, <c>ssl.*</c>,
    /// <c>compression.type</c> …
    /// </summary>
    public IReadOnlyDictionary<string, string> ClientSettings { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ReplicationFactor is not null and not BrokersDefault and < 1)
            yield return new("must be at least 1, or -1 for the brokers' default", [nameof(ReplicationFactor)]);
        if (Retention is { } kept && kept < TimeSpan.FromSeconds(1))
            yield return new("must be at least 1 second; leave it out to keep events for ever", [nameof(Retention)]);
        foreach (var setting in ClientSettings.Keys.Where(s_reserved.Contains))
            yield return new("is set by the event log itself; remove it", [$"{nameof(ClientSettings)}:{setting}"]);
    }

    /// <summary>Checks every member against its range.</summary>
    /// <exception cref="UserException">A member is out of range; the message names its key.</exception>
    public void Validate()
    {
        var errors = new List<ValidationResult>();
        var context = new ValidationContext(this);
        if (!Validator.TryValidateObject(this, context, errors, validateAllProperties: true))
            throw new UserException(
                string.Join("; ", errors.Select(error => $"{Section}:{error.MemberNames.First()} {error.ErrorMessage}")));
    }
}

/// <summary>Protocol that assigns partitions to the members of a group.</summary>
public enum KafkaGroupProtocol
{
    /// <summary>The brokers assign partitions (KIP-848): a member that joins or leaves does not block the others.</summary>
    Consumer,

    /// <summary>The members assign partitions, as before 4.0: while one does not answer, all are blocked.</summary>
    Classic,
}
