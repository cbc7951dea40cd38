using System.Runtime.CompilerServices;
using Confluent.Kafka;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Reads partitions to their end and then follows them, with manual assignment.</summary>
/// <param name="consumer">Reports the ends of partitions.</param>
/// <param name="topics">Lists the partitions.</param>
/// <param name="options">Limits how long the cluster may be silent.</param>
/// <param name="clients">Explains failures.</param>
/// <param name="clock">Measures silence.</param>
internal sealed class KafkaFollower(
    IConsumer<byte[], byte[]> consumer, KafkaTopics topics, KafkaOptions options, KafkaClients clients, TimeProvider clock)
{
    private const int MaxBatch = 256;

    /// <summary>Length of a poll, which delays a stop.</summary>
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    /// <summary>Interval of the search for partitions that were added to a topic.</summary>
    private static readonly TimeSpan s_refresh = TimeSpan.FromMinutes(1);

    private readonly HashSet<TopicPartition> _behind = [];
    private long _lastMessage;

    /// <summary>Every message from the start offsets on, in order within each partition, until cancelled.</summary>
    /// <param name="stages">Topics; a stage begins when the topics of the stage before have been read to their end.</param>
    /// <param name="start">Gives the start offsets of partitions.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Messages; null once, when every partition has been read to its end.</returns>
    /// <exception cref="UserException">The cluster does not answer until then, or refuses.</exception>
    public async IAsyncEnumerable<ConsumeResult<byte[], byte[]>?> FollowAsync(IReadOnlyList<IReadOnlyList<string>> stages,
        Func<List<TopicPartition>, List<TopicPartitionOffset>> start,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var stage in stages)
        {
            await BeginAsync(stage, start, cancellationToken);
            while (_behind.Count > 0)
                foreach (var message in await NextAsync(cancellationToken))
                    yield return message;
        }
        yield return null;
        for (var refreshed = clock.GetTimestamp(); ;)
        {
            foreach (var message in await NextAsync(cancellationToken))
                yield return message;
            if (clock.GetElapsedTime(refreshed) < s_refresh)
                continue;
            await BeginAsync([.. stages.SelectMany(stage => stage)], start, cancellationToken);
            refreshed = clock.GetTimestamp();
        }
    }

    /// <summary>The offsets that the consumer's group has committed; the beginning where it has committed nothing.</summary>
    public List<TopicPartitionOffset> Committed(List<TopicPartition> partitions)
    {
        for (var started = clock.GetTimestamp(); ;)
            try
            {
                return [.. consumer.Committed(partitions, options.Timeout).Select(at =>
                    new TopicPartitionOffset(at.TopicPartition, at.Offset == Offset.Unset ? Offset.Beginning : at.Offset))];
            }
            catch (KafkaException error) when (error.Error.IsFinal() || clock.GetElapsedTime(started) >= options.Timeout)
            {
                throw Unreadable(error);
            }
            catch (KafkaException)
            {
                // A broker has just started, or the coordinator is moving.
                Thread.Sleep(s_poll);
            }
    }

    /// <summary>Assigns the partitions of topics that are not assigned yet.</summary>
    private async Task BeginAsync(IReadOnlyList<string> names, Func<List<TopicPartition>, List<TopicPartitionOffset>> start,
        CancellationToken cancellationToken)
    {
        var partitions = await topics.PartitionsAsync(names, cancellationToken);
        var added = partitions.Except(consumer.Assignment).ToList();
        if (added.Count == 0)
            return;
        consumer.IncrementalAssign(await Task.Run(() => start(added), cancellationToken));
        _behind.UnionWith(added);
        _lastMessage = clock.GetTimestamp();
    }

    private Task<List<ConsumeResult<byte[], byte[]>>> NextAsync(CancellationToken cancellationToken) =>
        Task.Run(Next, cancellationToken);

    private List<ConsumeResult<byte[], byte[]>> Next()
    {
        var messages = new List<ConsumeResult<byte[], byte[]>>();
        try
        {
            while (messages.Count < MaxBatch && consumer.Consume(messages.Count == 0 ? s_poll : TimeSpan.Zero) is { } result)
            {
                _lastMessage = clock.GetTimestamp();
                if (!result.IsPartitionEOF)
                    messages.Add(result);
                else if (_behind.Remove(result.TopicPartition) && _behind.Count == 0)
                    return messages;
            }
        }
        catch (KafkaException error) when (!error.Error.IsFinal())
        {
            // librdkafka retries.
        }
        catch (KafkaException error)
        {
            throw Unreadable(error);
        }
        if (_behind.Count > 0 && clock.GetElapsedTime(_lastMessage) > options.Timeout)
            throw Unreadable(new(ErrorCode.Local_TimedOut));
        return messages;
    }

    private UserException Unreadable(KafkaException error) => clients.Explained("the log cannot be read", error);
}
