using Confluent.Kafka;

namespace TcMgc.Stores.Kafka;

/// <summary>
/// A partition from its assignment to this member until it is revoked: what is in flight, and how far it may be committed.
/// </summary>
internal sealed class KafkaPartition(TopicPartition at)
{
    private readonly CommitWatermark _watermark = new();
    private readonly Dictionary<long, ConsumeResult<byte[], byte[]>> _inFlight = [];
    private Offset _next = Offset.Unset;
    private Offset _done = Offset.Unset;
    private Offset _committed = Offset.Unset;

    /// <summary>Topic and number by the cluster's names.</summary>
    public TopicPartition At => at;

    /// <summary>
    /// Where the group would go on after a restart; <see cref="Offset.Unset"/> where this member does not know.
    /// </summary>
    public Offset Committed
    {
        get => _committed;
        set => _committed = value;
    }

    /// <summary>What is to be committed; null where nothing is.</summary>
    public TopicPartitionOffset? Due => _done != Offset.Unset && _done != _committed ? new(at, _done) : null;

    /// <summary>Whether it was revoked: it belongs to another member, and what is in flight counts no more.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>Positions in flight.</summary>
    public IEnumerable<long> InFlight => _inFlight.Keys;

    /// <summary>Takes a message in; false where it was taken before: pausing makes librdkafka fetch anew.</summary>
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
