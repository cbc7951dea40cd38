using Confluent.Kafka;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Result of reporting a delivery as done.</summary>
internal enum Settled
{
    /// <summary>The delivery is not in flight here.</summary>
    Unknown,

    /// <summary>It is done: its partition may be due for a commit.</summary>
    Done,

    /// <summary>Its partition now belongs to another member, which handles it again.</summary>
    Revoked,
}

/// <summary>
/// The partitions that are assigned to a member, with the messages in flight. Used by the polling thread and by committers.
/// </summary>
internal sealed class KafkaAssignment(KafkaNames names)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KafkaPartition> _partitions = new(StringComparer.Ordinal);
    private readonly List<(string Partition, long Position)> _orphans = [];

    public void Assign(IEnumerable<TopicPartition> assigned)
    {
        lock (_gate)
            foreach (var partition in assigned)
                _partitions[names.Partition(partition)] = new(partition);
    }

    public void Revoke(IEnumerable<TopicPartition> revoked)
    {
        lock (_gate)
            foreach (var partition in revoked)
                Revoke(names.Partition(partition));
    }

    public void RevokeAll()
    {
        lock (_gate)
            foreach (var name in _partitions.Keys.ToList())
                Revoke(name);
    }

    /// <summary>
    /// Marks a message as in flight; null where its partition is not assigned, or the message was delivered before.
    /// </summary>
    public KafkaPartition? Deliver(ConsumeResult<byte[], byte[]> message)
    {
        lock (_gate)
            return _partitions.GetValueOrDefault(names.Partition(message.TopicPartition)) is { } partition
                && partition.Deliver(message) ? partition : null;
    }

    /// <summary>The message in flight at a position; null where there is none.</summary>
    public ConsumeResult<byte[], byte[]>? MessageAt(string partition, long position)
    {
        lock (_gate)
            return _partitions.GetValueOrDefault(partition)?.MessageAt(position);
    }

    /// <summary>Marks a delivery as done.</summary>
    public Settled Settle(string partition, long position)
    {
        lock (_gate)
            return _partitions.GetValueOrDefault(partition)?.Complete(position) == true ? Settled.Done
                : _orphans.Remove((partition, position)) ? Settled.Revoked : Settled.Unknown;
    }

    /// <summary>
    /// Drops a delivery that was not read yet if its partition has been revoked; returns whether it has.
    /// </summary>
    public bool DropIfRevoked(KafkaPartition partition, long position)
    {
        lock (_gate)
        {
            if (partition.IsRevoked)
                _orphans.Remove((names.Partition(partition.At), position));
            return partition.IsRevoked;
        }
    }

    /// <summary>The offsets to commit.</summary>
    public List<TopicPartitionOffset> Due()
    {
        lock (_gate)
            return [.. _partitions.Values.Select(partition => partition.Due).OfType<TopicPartitionOffset>()];
    }

    /// <summary>Records the offsets that were committed.</summary>
    public void Committed(IEnumerable<TopicPartitionOffset> committed)
    {
        lock (_gate)
            foreach (var one in committed)
                if (_partitions.TryGetValue(names.Partition(one.TopicPartition), out var partition))
                    partition.Committed = one.Offset;
    }

    /// <summary>
    /// The committed offset of each partition; <see cref="Offset.Unset"/> where it is not known yet.
    /// </summary>
    public List<TopicPartitionOffset> Positions()
    {
        lock (_gate)
            return [.. _partitions.Values.Select(partition => new TopicPartitionOffset(partition.At, partition.Committed))];
    }

    /// <summary>Records an offset that the group committed before this assignment, unless a later one is known.</summary>
    public void Learn(TopicPartitionOffset committed)
    {
        lock (_gate)
            if (_partitions.TryGetValue(names.Partition(committed.TopicPartition), out var partition)
                && partition.Committed == Offset.Unset)
                partition.Committed = committed.Offset;
    }

    private void Revoke(string name)
    {
        if (!_partitions.Remove(name, out var partition))
            return;
        partition.IsRevoked = true;
        _orphans.AddRange(partition.InFlight.Select(position => (name, position)));
    }
}
