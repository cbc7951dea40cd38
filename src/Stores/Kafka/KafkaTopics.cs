using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Ids;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>The log's topics in the cluster.</summary>
/// <param name="client">A client whose connections are used; disposed after this.</param>
internal sealed class KafkaTopics(Handle client, KafkaOptions options, KafkaNames names, KafkaClients clients, TimeProvider clock)
    : IDisposable
{
    /// <summary>Copies of a topic where there are enough brokers: with one broker down, an append still reaches two.</summary>
    private const int Copies = 3;

    /// <summary>Time-out of a check of a cluster in use; at start it may take longer.</summary>
    private static readonly TimeSpan s_checkTimeout = TimeSpan.FromSeconds(8);

    /// <summary>Time-out of one request, short, so that a cancelled start does not wait for an unreachable cluster.</summary>
    private static readonly TimeSpan s_request = TimeSpan.FromMilliseconds(500);

    /// <summary>Namespace of the ids of logs.</summary>
    private static readonly Guid s_ids = new("5c8f2d0e-6a1b-4e57-9c3d-7f4b8a2e1d60");

    private readonly IAdminClient _admin = new DependentAdminClientBuilder(client).Build();

    /// <summary>Ends the thread that waits for responses, which must not outlive the client.</summary>
    public void Dispose() => _admin.Dispose();

    /// <summary>Creates missing topics, if options and cluster allow it, and waits until they exist.</summary>
    /// <exception cref="UserException">The cluster does not answer, or topics are missing and may not be created.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        for (var started = clock.GetTimestamp(); ; await Task.Delay(s_request, clock, cancellationToken))
        {
            var metadata = await MetadataAsync(options.Timeout, cancellationToken);
            List<string> missing = [.. names.Events.Append(names.Dead).Except(Existing(metadata).Select(topic => topic.Topic))];
            if (missing.Count == 0)
                return;
            if (!options.CreateTopics)
                throw new UserException($"{options.Name} has no topic {string.Join(", ", missing)}; "
                    + $"create them, or set {KafkaOptions.Section}:{nameof(KafkaOptions.CreateTopics)}");
            // Brokers refuse for a moment after their start, and see a new topic one after the other.
            var refused = await CreateAsync(missing, metadata.Brokers.Count);
            if (refused?.Error.IsFinal() == true || clock.GetElapsedTime(started) >= options.Timeout)
                throw clients.Explained($"topics {string.Join(", ", missing)} cannot be created (fewer brokers than "
                    + $"{KafkaOptions.Section}:{nameof(KafkaOptions.ReplicationFactor)}, or no right to create topics?)",
                    refused ?? new(ErrorCode.Local_TimedOut));
        }
    }

    /// <summary>Checks whether a broker answers.</summary>
    /// <exception cref="UserException">No broker answers, or they refuse this client.</exception>
    public async ValueTask CheckAsync(CancellationToken cancellationToken) =>
        await MetadataAsync(options.Timeout < s_checkTimeout ? options.Timeout : s_checkTimeout, cancellationToken);

    /// <summary>
    /// Which log this is: its id follows from the cluster's id and the prefix of the topics. Topics that are made anew are known
    /// by their ends.
    /// </summary>
    /// <exception cref="UserException">The cluster does not answer, or refuses.</exception>
    public async ValueTask<FollowedLog> IdentifyAsync(CancellationToken cancellationToken)
    {
        var partitions = await PartitionsAsync(names.Events, cancellationToken);
        for (var started = clock.GetTimestamp(); ; await Task.Delay(s_request, clock, cancellationToken))
            try
            {
                return await IdentifyAsync(partitions, cancellationToken);
            }
            catch (KafkaException error) when (error.Error.IsFinal() || clock.GetElapsedTime(started) >= options.Timeout)
            {
                throw clients.Explained("the event log cannot be identified", error);
            }
            catch (KafkaException)
            {
                // A topic is new, or a broker has just started.
            }
    }

    private async Task<FollowedLog> IdentifyAsync(List<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        var cluster = await Task.Run(() => _admin.ClusterId(options.Timeout), cancellationToken)
            ?? throw new KafkaException(ErrorCode.Local_TimedOut);
        var found = await _admin.ListOffsetsAsync(
            partitions.Select(at => new TopicPartitionOffsetSpec { TopicPartition = at, OffsetSpec = OffsetSpec.Latest() }),
            new() { RequestTimeout = options.Timeout });
        var ends = found.ResultInfos.Select(end => end.TopicPartitionOffsetError)
            .ToDictionary(end => names.Partition(end.TopicPartition), end => end.Offset.Value);
        return new(options.Name, NameBasedUuid.Create(s_ids, Encoding.UTF8.GetBytes($"{cluster}/{names.Prefix}")), ends);
    }

    /// <summary>All partitions of topics, which have the cluster's names.</summary>
    public async Task<List<TopicPartition>> PartitionsAsync(IEnumerable<string> topics, CancellationToken cancellationToken)
    {
        var required = topics.ToHashSet(StringComparer.Ordinal);
        for (var started = clock.GetTimestamp(); ; await Task.Delay(s_request, clock, cancellationToken))
        {
            var metadata = await MetadataAsync(options.Timeout, cancellationToken);
            var found = Existing(metadata).Where(topic => required.Contains(topic.Topic)).ToList();
            if (found.Count == required.Count)
                return [.. from topic in found
                           from partition in topic.Partitions
                           select new TopicPartition(topic.Topic, partition.PartitionId)];
            if (clock.GetElapsedTime(started) >= options.Timeout)
                throw new UserException($"{options.Name} has no topic "
                    + $"{string.Join(", ", required.Except(found.Select(topic => topic.Topic)))} any more");
        }
    }

    private static IEnumerable<TopicMetadata> Existing(Metadata metadata) => metadata.Topics.Where(topic => !topic.Error.IsError);

    /// <summary>Metadata of all topics: a request for one by name may create it, depending on the brokers' settings.</summary>
    private async Task<Metadata> MetadataAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        for (var started = clock.GetTimestamp(); ;)
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                var metadata = await Task.Run(() => _admin.GetMetadata(s_request), cancellationToken);
                clients.Answered();
                return metadata;
            }
            catch (KafkaException error) when (clients.IsRefused)
            {
                throw clients.Explained("the brokers refuse this client", error);
            }
            catch (KafkaException error) when (clock.GetElapsedTime(started) >= limit)
            {
                throw clients.Explained($"no answer within {limit.TotalSeconds:0.#} seconds "
                    + $"(is {KafkaOptions.Section}:{nameof(KafkaOptions.BootstrapServers)} right?)", error);
            }
            catch (KafkaException)
            {
            }
    }

    /// <summary>Requests topics; returns why one of them was refused, or null.</summary>
    private async Task<KafkaException?> CreateAsync(List<string> missing, int brokers)
    {
        try
        {
            await _admin.CreateTopicsAsync(missing.Select(topic => Specification(topic, options, brokers, topic == names.Dead)),
                new() { RequestTimeout = options.Timeout });
            return null;
        }
        catch (CreateTopicsException error)
        {
            var failed = error.Results.Find(topic => topic.Error.IsError && topic.Error.Code != ErrorCode.TopicAlreadyExists);
            return failed is null ? null : new(failed.Error);
        }
        catch (KafkaException error)
        {
            return error;
        }
    }

    /// <summary>Settings of a new topic; dead letters are never compacted.</summary>
    internal static TopicSpecification Specification(string topic, KafkaOptions options, int brokers, bool isDeadLetters)
    {
        var copies = options.ReplicationFactor ?? (short)Math.Clamp(brokers, 1, Copies);
        var kept = (long)(options.Retention?.TotalMilliseconds ?? -1);
        var specification = new TopicSpecification
        {
            Name = topic,
            NumPartitions = options.Partitions,
            ReplicationFactor = copies,
            Configs = new()
            {
                ["retention.ms"] = kept.ToString(CultureInfo.InvariantCulture),
                ["cleanup.policy"] = !options.Compact || isDeadLetters ? "delete" : kept < 0 ? "compact" : "compact,delete",
            },
        };
        if (copies != KafkaOptions.BrokersDefault)
            specification.Configs["min.insync.replicas"] = copies >= Copies ? "2" : "1";
        return specification;
    }
}
