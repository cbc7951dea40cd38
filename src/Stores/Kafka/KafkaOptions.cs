using System.ComponentModel.DataAnnotations;
using TcMgc.Shared;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>How the event log is kept in Kafka; the configuration's section <see cref="Section"/>.</summary>
public sealed record KafkaOptions : IValidatableObject
{
    /// <summary>Name of the section; errors name <c>Kafka:Member</c>.</summary>
    public const string Section = "Kafka";

    /// <summary>Of <see cref="ReplicationFactor"/>: what the brokers are set to.</summary>
    internal const short BrokersDefault = -1;

    private const int MostPartitions = 10_000;

    /// <summary>What the adapter's promises rest on.</summary>
    private static readonly HashSet<string> s_ours = new(StringComparer.Ordinal)
    {
        "bootstrap.servers", "metadata.broker.list", "group.id", "acks", "request.required.acks", "enable.idempotence",
        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.offset.reset", "enable.partition.eof",
        "group.protocol", "partition.assignment.strategy", "partitioner",
    };

    /// <summary>Brokers to begin with: <c>host:port</c>, several separated by commas.</summary>
    [Required(ErrorMessage = "is not set: it is a list of brokers such as kafka-1:9092,kafka-2:9092")]
    public string BootstrapServers { get; init; } = "";

    /// <summary>What messages call the cluster.</summary>
    internal string Name => $"Kafka at {BootstrapServers}";

    /// <summary>Put before the names of topics and groups, so that installations can share a cluster; default none.</summary>
    [RegularExpression("[A-Za-z0-9._-]{0,100}", ErrorMessage = "may hold up to 100 letters, digits and . _ -")]
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Whether topics that are absent are created at start; default true. Without it, or without the right to, they must exist.
    /// </summary>
    public bool CreateTopics { get; init; } = true;

    /// <summary>
    /// Partitions of a topic that is created, 1 to 10,000; default 12. As many workers of a kind can share the work.
    /// </summary>
    [Range(1, MostPartitions, ErrorMessage = "must be from {1} to {2}")]
    public int Partitions { get; init; } = 12;

    /// <summary>
    /// Copies of each partition of a topic that is created, at least 1, or -1 for what the brokers are set to; default null:
    /// three, or one for each broker where there are fewer. Of three or more, two must have an event before its append returns.
    /// </summary>
    public short? ReplicationFactor { get; init; }

    /// <summary>
    /// How long events of a topic that is created are kept; default null, for ever: the log is the source of truth.
    /// </summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>
    /// Whether topics that are created keep the latest event of each video only (log compaction), which is all that catalog and
    /// index need; default false. Dead letters are never compacted.
    /// </summary>
    public bool Compact { get; init; }

    /// <summary>
    /// How long the cluster may leave connecting or reading at the start unanswered, up to 1 hour; default 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "must be from {1} to {2}")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a subscription that has ended stays in its group for what is in flight to be committed, up to 1 hour; default 20
    /// seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "must be from {1} to {2}")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How members of a group agree on who has which partitions; default <see cref="KafkaGroupProtocol.Consumer"/>, which brokers
    /// know from 4.0 on.
    /// </summary>
    public KafkaGroupProtocol GroupProtocol { get; init; }

    /// <summary>
    /// Settings of librdkafka as they are, for every client: <c>security.protocol</c>, <c>sasl.*</c>, <c>ssl.*</c>,
    /// <c>compression.type</c> …
    /// </summary>
    public IReadOnlyDictionary<string, string> ClientSettings { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ReplicationFactor is not null and not BrokersDefault and < 1)
            yield return new("must be at least 1, or -1 for what the brokers are set to", [nameof(ReplicationFactor)]);
        if (Retention is { } kept && kept < TimeSpan.FromSeconds(1))
            yield return new("must be at least 1 second; leave it out to keep events for ever", [nameof(Retention)]);
        foreach (var setting in ClientSettings.Keys.Where(s_ours.Contains))
            yield return new("is decided by the event log itself; take it out", [$"{nameof(ClientSettings)}:{setting}"]);
    }

    /// <summary>Checks every member against its range.</summary>
    /// <exception cref="UserException">A member is out of its range; the message names its key.</exception>
    public void Validate()
    {
        var errors = new List<ValidationResult>();
        var context = new ValidationContext(this);
        if (!Validator.TryValidateObject(this, context, errors, validateAllProperties: true))
            throw new UserException(
                string.Join("; ", errors.Select(error => $"{Section}:{error.MemberNames.First()} {error.ErrorMessage}")));
    }
}

/// <summary>How members of a group agree on who has which partitions.</summary>
public enum KafkaGroupProtocol
{
    /// <summary>The brokers say who has what (KIP-848): a member that comes or goes holds up nobody else.</summary>
    Consumer,

    /// <summary>The members agree among themselves, as before 4.0: while one is missed, all stand still.</summary>
    Classic,
}
