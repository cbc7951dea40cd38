using Confluent.Kafka;

namespace TcMgc.Stores.Kafka;

/// <summary>
/// A partition from its assignment to this member until it is revoked: its messages in flight and its commit position.
/// </summary>
internal sealed class KafkaPartition(TopicPartition at)
{
    private readonly CommitWatermark _watermark = new();
    private readonly Dictionary<long, ConsumeResult<byte[], byte[]>> _inFlight = [];
    private Offset _next = Offset.Unset;
    private Offset _done = Offset.Unset;

    /// <summary>Topic, by the cluster's name, and number.</summary>
    public TopicPartition At => at;

    /// <summary>
    /// The offset from which the group continues after a restart; <see cref="Offset.Unset"/> where it is not known yet.
    /// </summary>
    public Offset Committed { get; set; } = Offset.Unset;

    /// <summary>The offset to commit; null where there is none.</summary>
    public TopicPartitionOffset? Due => _done != Offset.Unset && _done != Committed ? new(at, _done) : null;

    /// <summary>Whether the partition was revoked: commits of its deliveries have no effect.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>Positions in flight.</summary>
    public IEnumerable<long> InFlight => _inFlight.Keys;

    /// <summary>Marks a message as in flight; false if it was delivered before: after a pause librdkafka fetches again.</summary>
    public bool Deliver(ConsumeResult<byte[], byte[]> message)
    {
        if (_next != Offset.Unset && message.Offset < _next)
            return false;
        _next = message.Offset + 1;
        _watermark.Delivered(message.Offset);
        _inFlight[message.Offset] = message;
        return true;
    }

    /// <summary>The message in flight at a position; null where there is none.</summary>
    public ConsumeResult<byte[], byte[]>? MessageAt(long position) => _inFlight.GetValueOrDefault(position);

    /// <summary>Marks a position as done; false where it was not in flight.</summary>
    public bool Complete(long position)
    {
        if (!_inFlight.Remove(position))
            return false;
        if (_watermark.Done(position) is { } last)
            _done = last + 1;
        return true;
    }
}
