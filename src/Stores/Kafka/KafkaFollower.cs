using System.Runtime.CompilerServices;
using Confluent.Kafka;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Reads partitions to their end and beyond, outside of any group's assignment.</summary>
/// <param name="consumer">Tells where a partition ends.</param>
/// <param name="topics">Says which partitions there are.</param>
/// <param name="options">How long the cluster may be silent.</param>
/// <param name="clients">Explains failures.</param>
/// <param name="clock">Measures silence.</param>
internal sealed class KafkaFollower(
    IConsumer<byte[], byte[]> consumer, KafkaTopics topics, KafkaOptions options, KafkaClients clients, TimeProvider clock)
{
    private const int MostAtATime = 256;

    /// <summary>A stop may have to sit this out.</summary>
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    /// <summary>How soon a partition that was added to a topic is noticed.</summary>
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMinutes(1);

    private readonly HashSet<TopicPartition> _behind = [];
    private long _heard;

    /// <summary>Every message from where the partitions are to begin, each partition in its order, until cancelled.</summary>
    /// <param name="stages">Topics; those of one stage begin when those before have been read to their end.</param>
    /// <param name="start">Where partitions begin.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Messages; null once, when every partition has been read to its end.</returns>
    /// <exception cref="UserException">The cluster does not answer until then, or refuses.</exception>
    public async IAsyncEnumerable<ConsumeResult<byte[], byte[]>?> FollowAsync(IReadOnlyList<IReadOnlyList<string>> stages,
        Func<List<TopicPartition>, List<TopicPartitionOffset>> start, [EnumeratorCancellation]
        CancellationToken cancellationToken)
    {
        foreach (var stage in stages)
        {
            await BeginAsync(stage, start, cancellationToken);
            while (_behind.Count > 0)
                foreach (var message in await NextAsync(cancellationToken))
                    yield return message;
        }
        yield return null;
        for (var looked = clock.GetTimestamp(); ;)
        {
            foreach (var message in await NextAsync(cancellationToken))
                yield return message;
            if (clock.GetElapsedTime(looked) < s_lookAgain)
                continue;
            await BeginAsync([.. stages.SelectMany(stage => stage)], start, cancellationToken);
            looked = clock.GetTimestamp();
        }
    }

    /// <summary>Where the consumer's group stands; the beginning where it has committed nothing.</summary>
    public List<TopicPartitionOffset> Committed(List<TopicPartition> partitions)
    {
        for (var started = clock.GetTimestamp(); ;)
            try
            {
                return [.. consumer.Committed(partitions, options.Timeout)
                    .Select(at =>
                        new TopicPartitionOffset(at.TopicPartition, at.Offset == Offset.Unset ? Offset.Beginning : at.Offset))];
            }
            catch (KafkaException error) when (error.Error.IsFinal() || clock.GetElapsedTime(started) >= options.Timeout)
            {
                throw Unreadable(error);
            }
            catch (KafkaException)
            {
                // A broker that has just started, or a coordinator that moves.
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
        _heard = clock.GetTimestamp();
    }

    private Task<List<ConsumeResult<byte[], byte[]>>> NextAsync(CancellationToken cancellationToken) =>
        Task.Run(Next, cancellationToken);

    private List<ConsumeResult<byte[], byte[]>> Next()
    {
        var messages = new List<ConsumeResult<byte[], byte[]>>();
        try
        {
            while (messages.Count < MostAtATime && consumer.Consume(messages.Count == 0 ? s_poll : TimeSpan.Zero) is { } result)
            {
                _heard = clock.GetTimestamp();
                if (!result.IsPartitionEOF)
                    messages.Add(result);
                else if (_behind.Remove(result.TopicPartition) && _behind.Count == 0)
                    return messages;
            }
        }
        catch (KafkaException error) when (!error.Error.IsFinal())
        {
            // librdkafka tries again by itself.
        }
        catch (KafkaException error)
        {
            throw Unreadable(error);
        }
        if (_behind.Count > 0 && clock.GetElapsedTime(_heard) > options.Timeout)
            throw Unreadable(new(ErrorCode.Local_TimedOut));
        return messages;
    }

    private UserException Unreadable(KafkaException error) => clients.Explained("the log cannot be read", error);
}
