using Confluent.Kafka;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>What becomes of a delivery that is reported as done.</summary>
internal enum Settled
{
    /// <summary>This member does not have it.</summary>
    Unknown,

    /// <summary>It counts: its partition may be due for a commit.</summary>
    Done,

    /// <summary>Its partition is another member's, who does it again.</summary>
    Revoked,
}

/// <summary>
/// The partitions that a member has, and what is in flight of them; for the thread that polls and for those that commit.
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

    /// <summary>Takes a message in flight; null where its partition is another's, or the message was taken before.</summary>
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
    /// Drops a delivery that nobody has seen yet where its partition went to another member meanwhile; whether it did.
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

    /// <summary>What is to be committed.</summary>
    public List<TopicPartitionOffset> Due()
    {
        lock (_gate)
            return [.. _partitions.Values.Select(partition => partition.Due).OfType<TopicPartitionOffset>()];
    }

    /// <summary>Remembers what the group has committed.</summary>
    public void Committed(IEnumerable<TopicPartitionOffset> committed)
    {
        lock (_gate)
            foreach (var one in committed)
                if (_partitions.TryGetValue(names.Partition(one.TopicPartition), out var partition))
                    partition.Committed = one.Offset;
    }

    /// <summary>
    /// Each partition with what its group has committed; <see cref="Offset.Unset"/> where this member does not know.
    /// </summary>
    public List<TopicPartitionOffset> Positions()
    {
        lock (_gate)
            return [.. _partitions.Values.Select(partition => new TopicPartitionOffset(partition.At, partition.Committed))];
    }

    /// <summary>Learns what the group had committed before this member came, unless it has committed since.</summary>
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
