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
/// however many share the work. What cannot be read, and what was given up, goes to the topic of dead letters.
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
        (_options, _clock, _names) = (options, clock, new(options.Prefix));
        _clients = new(options);
        _producer = _clients.Producer();
        _topics = new(_producer.Handle, options, _names, _clients, clock);
        _deadLetters = new(_producer, _names, _clients, clock);
        _meter.CreateObservableGauge(
            MetricNames.EventLag, () =>
                Subscriptions().SelectMany(one => one.Lag.Measure()), "{event}", "Events that a group has not committed");
    }

    /// <summary>Connects to the cluster and creates topics that are absent, where the options and the cluster allow it.</summary>
    /// <exception cref="UserException">An option is out of its range, the cluster does not answer, or topics are
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
            throw _clients.Explained($"{_names.Topic(happened.Topic)} took no event", error);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Delivery> SubscribeAsync(Subscription subscription, [EnumeratorCancellation]
    CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentOutOfRangeException.ThrowIfLessThan(subscription.MaxInFlight, 1);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var former in Former(subscription.Group))
            await former.DisposeAsync();
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
                continue; // Another program's.
            await _deadLetters.ReplayAsync(message, cancellationToken);
            await Task.Run(() => Forget(consumer, message), CancellationToken.None);
            yield return letter;
        }
    }

    /// <inheritdoc/>
    public ValueTask CheckAsync(CancellationToken cancellationToken) => _topics.CheckAsync(cancellationToken);

    /// <summary>Leaves every group at once; what is in flight comes again.</summary>
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

    /// <summary>The messages of the dead-letter topic that were not sent again, up to its present end.</summary>
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
        // No value is a tombstone: compaction's way of forgetting a key, not an event.
        var read = message.Message.Value is { } body ? EventJson.Read(_names.TopicOf(message.Topic), body) : default;
        return new(_names.Partition(message.TopicPartition), message.Offset, read.Event)
        {
            Unreadable = read.Reason,
            IsNewer = read.IsNewer,
            MessagingSystem = EventTelemetry.Kafka,
            Trace = KafkaHeaders.Trace(message.Message.Headers),
        };
    }

    private void Forget(IConsumer<byte[], byte[]> consumer, ConsumeResult<byte[], byte[]> message)
    {
        try
        {
            consumer.Commit([new(message.TopicPartition, message.Offset + 1)]);
        }
        catch (KafkaException error)
        {
            throw _clients.Explained("a dead letter was sent again but cannot be marked so", error);
        }
    }

    private KafkaSubscription[] Subscriptions()
    {
        lock (_gate)
            return [.. _subscriptions];
    }

    /// <summary>Subscriptions of a group that have ended but may drain.</summary>
    private List<KafkaSubscription> Former(string group)
    {
        lock (_gate)
        {
            var former = _subscriptions.FindAll(one => one.Group == group);
            if (former.Exists(one => one.IsLive))
                throw new InvalidOperationException($"group '{group}' is subscribed in this process already");
            _subscriptions.RemoveAll(former.Contains);
            return former;
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
