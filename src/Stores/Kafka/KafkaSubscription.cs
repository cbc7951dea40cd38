using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Confluent.Kafka;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>
/// A member of a group. A dedicated thread polls, so that slow work does not end the membership: partitions are paused while the
/// most allowed deliveries are in flight. A partition is committed up to the first delivery that is not done. Deliveries of a
/// revoked partition are not committed: its new owner handles them again.
/// </summary>
internal sealed class KafkaSubscription : IAsyncDisposable
{
    /// <summary>Length of a poll, which delays a stop.</summary>
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long a full member waits for a delivery to be done before it pauses: pausing drops prefetched messages.
    /// </summary>
    private static readonly TimeSpan s_pauseAfter = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(100);

    private readonly Subscription _subscription;
    private readonly KafkaOptions _options;
    private readonly KafkaNames _names;
    private readonly KafkaClients _clients;
    private readonly KafkaDeadLetters _deadLetters;
    private readonly TimeProvider _clock;
    private readonly IConsumer<byte[], byte[]> _consumer;

    private readonly KafkaAssignment _assignment;
    private readonly SemaphoreSlim _room;
    private readonly SemaphoreSlim _committing = new(1);
    private readonly Channel<(Delivery Delivery, KafkaPartition Partition)> _deliveries =
        Channel.CreateUnbounded<(Delivery, KafkaPartition)>();
    private readonly CancellationTokenSource _stop = new(), _end = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _polling;

    // Used only by the polling thread.
    private readonly Queue<ConsumeResult<byte[], byte[]>> _held = [];

    /// <summary>
    /// Includes partitions that were revoked: librdkafka still has them paused when they are assigned again. Only paused
    /// partitions may be resumed.
    /// </summary>
    private readonly HashSet<TopicPartition> _paused = [];

    public KafkaSubscription(
        Subscription subscription, KafkaOptions options, KafkaNames names, KafkaClients clients, KafkaDeadLetters deadLetters,
        TimeProvider clock)
    {
        _subscription = subscription;
        _options = options;
        _names = names;
        _clients = clients;
        _deadLetters = deadLetters;
        _clock = clock;
        _assignment = new(names);
        Lag = new(names.Group(subscription.Group), _assignment);
        _room = new(subscription.MaxInFlight);
        _consumer = clients.Member(names.Group(subscription.Group), handlers => handlers
            .SetPartitionsAssignedHandler((_, assigned) => _assignment.Assign(assigned))
            .SetPartitionsRevokedHandler((_, revoked) => Revoke(revoked))
            .SetPartitionsLostHandler((_, lost) => Revoke(lost))
            .SetStatisticsHandler((consumer, statistics) => Lag.Update(statistics, consumer)));
        _polling = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public string Group => _subscription.Group;

    /// <summary>Lag of the group in each partition of this member.</summary>
    public KafkaLag Lag { get; }

    /// <summary>Whether the subscription still delivers.</summary>
    public bool IsLive => !_stop.IsCancellationRequested;

    /// <summary>The deliveries, for one reader. When it ends, the member drains and leaves the group.</summary>
    public async IAsyncEnumerable<Delivery> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (delivery, partition) in _deliveries.Reader.ReadAllAsync(cancellationToken))
                if (_assignment.DropIfRevoked(partition, delivery.Position))
                    _room.Release();
                else
                    yield return delivery;
        }
        finally
        {
            await _stop.CancelAsync();
            await _stopped.Task;
        }
    }

    /// <summary>Marks a delivery as done and commits if possible; false if it is not in flight here.</summary>
    public async ValueTask<bool> CommitAsync(string partition, long position, CancellationToken cancellationToken)
    {
        switch (_assignment.Settle(partition, position))
        {
            case Settled.Unknown:
                return false;
            case Settled.Done:
                try
                {
                    await FlushAsync(cancellationToken);
                }
                finally
                {
                    _room.Release();
                }
                return true;
            default:
                _room.Release();
                return true;
        }
    }

    /// <summary>Sends a delivery to the dead letters and marks it as done; false if it is not in flight here.</summary>
    public async ValueTask<bool> RejectAsync(string partition, long position, string reason, CancellationToken cancellationToken)
    {
        if (_assignment.MessageAt(partition, position) is { } message)
            await _deadLetters.SendAsync(message, Group, reason, cancellationToken);
        return await CommitAsync(partition, position, cancellationToken);
    }

    /// <summary>Leaves the group at once; deliveries in flight are delivered again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _end.CancelAsync();
        await _polling;
    }

    private void Run()
    {
        try
        {
            _consumer.Subscribe(_subscription.Topics.Select(_names.Topic));
            while (!_stop.IsCancellationRequested)
                Poll();
            Drain();
        }
        catch (Exception error)
        {
            _deliveries.Writer.TryComplete(
                error is KafkaException refused ? _clients.Explained($"group {_names.Group(Group)} ends", refused) : error);
        }
        finally
        {
            try
            {
                Close();
            }
            finally
            {
                _deliveries.Writer.TryComplete();
                _stopped.TrySetResult();
            }
        }
    }

    private void Poll()
    {
        if (_held.Count == 0)
        {
            Resume();
            Hold(s_poll);
        }
        else if (HasRoom())
            Deliver(_held.Dequeue());
        else
            PollPaused(TimeSpan.Zero);
    }

    private bool HasRoom()
    {
        try
        {
            return _room.Wait(s_pauseAfter, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Keeps the membership and joins rebalances without fetching more.</summary>
    private void PollPaused(TimeSpan wait)
    {
        List<TopicPartition> flowing = [.. _consumer.Assignment.Except(_paused)];
        if (flowing.Count > 0)
            _consumer.Pause(flowing);
        _paused.UnionWith(flowing);
        Hold(wait);
    }

    private void Resume()
    {
        if (_paused.Count == 0)
            return;
        List<TopicPartition> waiting = [.. _consumer.Assignment.Intersect(_paused)];
        if (waiting.Count > 0)
            _consumer.Resume(waiting);
        _paused.ExceptWith(waiting);
    }

    private void Hold(TimeSpan wait)
    {
        try
        {
            if (_consumer.Consume(wait) is { } message)
                _held.Enqueue(message);
        }
        catch (ConsumeException error) when (!error.Error.IsFinal())
        {
            // librdkafka retries.
        }
    }

    private void Deliver(ConsumeResult<byte[], byte[]> message)
    {
        if (_assignment.Deliver(message) is not { } partition)
        {
            _room.Release();
            return;
        }
        var name = _names.Partition(partition.At);
        // A message without a value is a tombstone, which makes compaction delete a key; it is not an event.
        var read = message.Message.Value is { } body ? EventJson.Read(_names.TopicOf(message.Topic), body) : default;
        if (read.Event is { } happened)
            _deliveries.Writer.TryWrite(
                (new(Group, name, message.Offset, happened)
                {
                    MessagingSystem = EventTelemetry.Kafka,
                    Trace = KafkaHeaders.Trace(message.Message.Headers)
                }, partition));
        else
            _ = SkipAsync(name, message.Offset, read.Reason);
    }

    /// <summary>Commits or rejects a message that cannot be delivered, so that it does not block the others.</summary>
    private async Task SkipAsync(string partition, long position, string? reason)
    {
        try
        {
            if (reason is null)
                await CommitAsync(partition, position, _end.Token);
            else
                await RejectAsync(partition, position, reason, _end.Token);
        }
        catch (Exception error)
        {
            _deliveries.Writer.TryComplete(error);
            await _stop.CancelAsync();
        }
    }

    private void Revoke(List<TopicPartitionOffset> revoked)
    {
        var partitions = revoked.Select(one => one.TopicPartition).ToHashSet();
        _assignment.Revoke(partitions);
        for (var held = _held.Count; held > 0; held--)
            if (_held.Dequeue() is var message && !partitions.Contains(message.TopicPartition))
                _held.Enqueue(message);
    }

    /// <summary>
    /// Commits everything that is due, also for callers that wait meanwhile. Retries while no broker answers or the group
    /// rebalances, until it succeeds or the partition is revoked, whose new owner handles the delivery again.
    /// </summary>
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _committing.WaitAsync(cancellationToken);
        try
        {
            while (_assignment.Due() is { Count: > 0 } due && !_end.IsCancellationRequested)
                try
                {
                    await Task.Run(() => _consumer.Commit(due), CancellationToken.None);
                    _assignment.Committed(due);
                }
                catch (KafkaException error) when (!error.Error.IsFinal())
                {
                    await Task.Delay(s_retry, _clock, cancellationToken);
                }
                catch (KafkaException error)
                {
                    throw _clients.Explained($"group {_names.Group(Group)} cannot commit", error);
                }
        }
        finally
        {
            _committing.Release();
        }
    }

    /// <summary>
    /// Stays a member, with all partitions paused, until the deliveries in flight are committed or the drain time-out is over.
    /// </summary>
    private void Drain()
    {
        while (_deliveries.Reader.TryRead(out var unread))
        {
            _assignment.DropIfRevoked(unread.Partition, unread.Delivery.Position);
            _room.Release();
        }
        if (IsWorking())
            _stopped.TrySetResult();
        for (var started = _clock.GetTimestamp(); IsWorking() && !_end.IsCancellationRequested
            && _clock.GetElapsedTime(started) < _options.DrainTimeout;)
            PollPaused(s_poll);
    }

    private bool IsWorking() => _room.CurrentCount < _subscription.MaxInFlight;

    private void Close()
    {
        _stop.Cancel();
        _end.Cancel();
        Lag.End();
        _committing.Wait();
        try
        {
            _consumer.Close();
        }
        catch (KafkaException)
        {
            // The group removes this member after its session time-out.
        }
        finally
        {
            _assignment.RevokeAll();
            _consumer.Dispose();
            _committing.Release();
        }
    }
}
