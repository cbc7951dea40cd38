using System.Runtime.CompilerServices;
using Confluent.Kafka;

namespace TcMgc.Shared.Events.Kafka;

/// <summary>Reads partitions up to their present end, outside of any group's assignment.</summary>
internal sealed class KafkaReader(
    IConsumer<byte[], byte[]> consumer, KafkaTopics topics, KafkaOptions options, KafkaClients clients, TimeProvider clock)
{
    private const int MostAtATime = 256;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Every message of the partitions from the beginning, or from what the consumer's group committed, each partition in its order.</summary>
    /// <exception cref="UserException">The cluster does not answer.</exception>
    public async IAsyncEnumerable<ConsumeResult<byte[], byte[]>> ReadAsync(
        List<TopicPartition> partitions, bool fromCommitted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ranges = await topics.RangesAsync(partitions, cancellationToken).ConfigureAwait(false);
        var ends = await Task.Run(() =>
            Assign(ranges, fromCommitted, cancellationToken), cancellationToken).ConfigureAwait(false);
        while (ends.Count > 0)
            foreach (var message in await Task.Run(() => Next(ends, cancellationToken), cancellationToken).ConfigureAwait(false))
                yield return message;
    }

    /// <summary>Starts the partitions that hold something to read; gives where each of them ends.</summary>
    private Dictionary<TopicPartition, Offset> Assign(
        Dictionary<TopicPartition, (Offset First, Offset End)> ranges, bool fromCommitted, CancellationToken cancellationToken)
    {
        var starts = fromCommitted
            ? Answered(() => consumer.Committed(ranges.Keys, options.Timeout), cancellationToken)
                .ToDictionary(at => at.TopicPartition, at => at.Offset)
            : [];
        var ends = new Dictionary<TopicPartition, Offset>();
        var assigned = new List<TopicPartitionOffset>();
        foreach (var (partition, (first, end)) in ranges)
        {
            var start = starts.TryGetValue(partition, out var committed) && committed >= first ? committed : first;
            if (start >= end)
                continue;
            ends[partition] = end;
            assigned.Add(new(partition, start));
        }
        consumer.Assign(assigned);
        return ends;
    }

    private List<ConsumeResult<byte[], byte[]>> Next(Dictionary<TopicPartition, Offset> ends, CancellationToken cancellationToken)
    {
        var messages = new List<ConsumeResult<byte[], byte[]>>(MostAtATime);
        var started = clock.GetTimestamp();
        while (messages.Count < MostAtATime && ends.Count > 0)
        {
            var result = Answered(() => consumer.Consume(messages.Count == 0 ? s_poll : TimeSpan.Zero), cancellationToken);
            if (result is null && messages.Count > 0)
                break;
            if (result is null && clock.GetElapsedTime(started) > options.Timeout)
                throw Unreadable(new(ErrorCode.Local_TimedOut));
            if (result is not null && ends.TryGetValue(result.TopicPartition, out var end))
                Take(result, end, ends, messages);
        }
        return messages;
    }

    private void Take(ConsumeResult<byte[], byte[]> result, Offset end, Dictionary<TopicPartition, Offset> ends, List<ConsumeResult<byte[], byte[]>> messages)
    {
        if (!result.IsPartitionEOF && result.Offset < end)
            messages.Add(result);
        // The last position may hold no message: what was compacted away, or a transaction's marker.
        if (result.Offset + 1 < end)
            return;
        ends.Remove(result.TopicPartition);
        consumer.Pause([result.TopicPartition]);
    }

    /// <summary>
    /// Asks again what is refused for a while: by a broker that has just started, of a topic that is new, or whose leader moves.
    /// </summary>
    private T Answered<T>(Func<T> ask, CancellationToken cancellationToken)
    {
        for (var started = clock.GetTimestamp(); ;)
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                return ask();
            }
            catch (KafkaException error) when (error.Error.IsFinal() || clock.GetElapsedTime(started) >= options.Timeout)
            {
                throw Unreadable(error);
            }
            catch (KafkaException)
            {
                cancellationToken.WaitHandle.WaitOne(s_poll);
            }
    }

    private UserException Unreadable(KafkaException error) => clients.Explained("the log cannot be read", error);
}
