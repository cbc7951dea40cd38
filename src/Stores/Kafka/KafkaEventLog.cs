using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text;
using Confluent.Kafka;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>
/// The event log in Kafka: a topic for each kind of event, keyed by video, so that a video's events of one topic keep their order
/// for any number of consumers. Unreadable and rejected messages go to the dead-letter topic.
/// </summary>
public sealed class KafkaEventLog : IEventLog, IAsyncDisposable
{
    private const string ReaderGroup = "reader", ReplayGroup = "replay";

    private readonly KafkaOptions _options;
    private readonly TimeProvider _clock;
    private readonly KafkaNames _names;
    private readonly KafkaClients _clients;
    private readonly KafkaTopics _topics;
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly KafkaDeadLetters _deadLetters;
    private readonly Meter _meter = new(SourceNames.Events);
    private readonly Lock _gate = new();
    private readonly List<KafkaSubscription> _subscriptions = [];
    private bool _isDisposed;

    private KafkaEventLog(KafkaOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _names = new(options.Prefix);
        _clients = new(options);
        _producer = _clients.Producer();
        _topics = new(_producer.Handle, options, _names, _clients, clock);
        _deadLetters = new(_producer, _names, _clients, clock);
        _meter.CreateObservableGauge(
            MetricNames.EventLag, () => Subscriptions().SelectMany(one => one.Lag.Measure()),
            "{event}", "Events that a group has not committed");
    }

    /// <summary>Connects to the cluster and creates missing topics, if the options and the cluster allow it.</summary>
    /// <exception cref="UserException">An option is out of range, the cluster does not answer, or topics are
    /// missing.</exception>
    public static async ValueTask<KafkaEventLog> OpenAsync(
        KafkaOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var log = new KafkaEventLog(options, clock);
        try
        {
            await log._topics.EnsureAsync(cancellationToken);
            return log;
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask AppendAsync(VideoEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        using var span = EventTelemetry.StartSend(EventTelemetry.Kafka, happened);
        var message = new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(happened.VideoId.ToString()),
            Value = EventJson.Serialize(happened),
            Headers = KafkaHeaders.Of(happened),
        };
        try
        {
            await _producer.ProduceAsync(_names.Topic(happened.Topic), message, cancellationToken);
        }
        catch (KafkaException error)
        {
            throw _clients.Explained($"{_names.Topic(happened.Topic)} did not accept an event", error);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Delivery> SubscribeAsync(
        Subscription subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentOutOfRangeException.ThrowIfLessThan(subscription.MaxInFlight, 1);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var ended in RemoveEnded(subscription.Group))
            await ended.DisposeAsync();
        await foreach (var delivery in Join(subscription).ReadAsync(cancellationToken))
            yield return delivery;
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        foreach (var subscription in Subscriptions().Where(one => one.Group == delivery.Group))
            if (await subscription.CommitAsync(delivery.Partition, delivery.Position, cancellationToken))
                return;
    }

    /// <inheritdoc/>
    public async ValueTask RejectAsync(Delivery delivery, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(reason);
        foreach (var subscription in Subscriptions().Where(one => one.Group == delivery.Group))
            if (await subscription.RejectAsync(delivery.Partition, delivery.Position, reason, cancellationToken))
                return;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogEntry?> FollowAsync(
        IReadOnlyDictionary<string, long> done, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(done);
        using var consumer = _clients.Reader(_names.Group(ReaderGroup));
        string[] deletions = [_names.Topic(Topics.Deleted)];
        await foreach (var message in Follower(consumer).FollowAsync(
            [deletions, [.. _names.Events.Except(deletions)]], Start, cancellationToken))
            yield return message is null ? null : Entry(message);

        List<TopicPartitionOffset> Start(List<TopicPartition> partitions) => [.. from at in partitions
            select new TopicPartitionOffset(at,
                done.TryGetValue(_names.Partition(at), out var last) ? last + 1 : Offset.Beginning)];
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DeadLetter> DeadLettersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var consumer = _clients.Reader(_names.Group(ReplayGroup));
        await foreach (var message in DeadAsync(consumer, cancellationToken))
            if (_deadLetters.Read(message) is { } letter)
                yield return letter;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DeadLetter> ReplayAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var consumer = _clients.Reader(_names.Group(ReplayGroup));
        await foreach (var message in DeadAsync(consumer, cancellationToken))
        {
            if (_deadLetters.Read(message) is not { } letter)
                continue; // The message of another program.
            await _deadLetters.ReplayAsync(message, cancellationToken);
            await Task.Run(() => CommitReplayed(consumer, message), CancellationToken.None);
            yield return letter;
        }
    }

    /// <summary>Which log this is, and where it ends.</summary>
    /// <exception cref="UserException">The cluster does not answer, or refuses.</exception>
    internal ValueTask<FollowedLog> IdentifyAsync(CancellationToken cancellationToken) =>
        _topics.IdentifyAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask CheckAsync(CancellationToken cancellationToken) => _topics.CheckAsync(cancellationToken);

    /// <summary>Leaves every group at once; deliveries in flight are delivered again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        _meter.Dispose();
        foreach (var subscription in Subscriptions())
            await subscription.DisposeAsync();
        _topics.Dispose();
        _producer.Dispose();
    }

    private KafkaFollower Follower(IConsumer<byte[], byte[]> consumer) => new(consumer, _topics, _options, _clients, _clock);

    /// <summary>The messages of the dead-letter topic that were not replayed, up to its current end.</summary>
    private async IAsyncEnumerable<ConsumeResult<byte[], byte[]>> DeadAsync(
        IConsumer<byte[], byte[]> consumer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var follower = Follower(consumer);
        await foreach (var message in follower.FollowAsync([[_names.Dead]], follower.Committed, cancellationToken))
            if (message is null)
                yield break;
            else
                yield return message;
    }

    private LogEntry Entry(ConsumeResult<byte[], byte[]> message)
    {
        // A message without a value is a tombstone, which makes compaction delete a key; it is not an event.
        var read = message.Message.Value is { } body ? EventJson.Read(_names.TopicOf(message.Topic), body) : default;
        return new(_names.Partition(message.TopicPartition), message.Offset, read.Event)
        {
            Unreadable = read.Reason,
            IsNewer = read.IsNewer,
            MessagingSystem = EventTelemetry.Kafka,
            Trace = KafkaHeaders.Trace(message.Message.Headers),
        };
    }

    private void CommitReplayed(IConsumer<byte[], byte[]> consumer, ConsumeResult<byte[], byte[]> message)
    {
        try
        {
            consumer.Commit([new(message.TopicPartition, message.Offset + 1)]);
        }
        catch (KafkaException error)
        {
            throw _clients.Explained("a dead letter was sent again but cannot be marked as sent", error);
        }
    }

    private KafkaSubscription[] Subscriptions()
    {
        lock (_gate)
            return [.. _subscriptions];
    }

    /// <summary>Removes the subscriptions of a group that have ended; they may still drain.</summary>
    private List<KafkaSubscription> RemoveEnded(string group)
    {
        lock (_gate)
        {
            var members = _subscriptions.FindAll(one => one.Group == group);
            if (members.Exists(one => one.IsLive))
                throw new InvalidOperationException($"group '{group}' is already subscribed in this process");
            _subscriptions.RemoveAll(members.Contains);
            return members;
        }
    }

    private KafkaSubscription Join(Subscription subscription)
    {
        lock (_gate)
        {
            var member = new KafkaSubscription(subscription, _options, _names, _clients, _deadLetters, _clock);
            _subscriptions.Add(member);
            return member;
        }
    }
}
