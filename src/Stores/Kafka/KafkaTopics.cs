using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>The log's topics in the cluster.</summary>
/// <param name="client">A client whose connections the questions use; disposed after this.</param>
internal sealed class KafkaTopics(Handle client, KafkaOptions options, KafkaNames names, KafkaClients clients, TimeProvider clock)
    : IDisposable
{
    /// <summary>Copies of a topic where there are brokers enough: one may die, and an append still has two.</summary>
    private const int Copies = 3;

    /// <summary>How long a cluster in use may leave a question unanswered; one that starts may take longer.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(8);

    /// <summary>Short, so that a cancelled start does not wait for a cluster that is away.</summary>
    private static readonly TimeSpan s_question = TimeSpan.FromMilliseconds(500);

    private readonly IAdminClient _admin = new DependentAdminClientBuilder(client).Build();

    /// <summary>Ends the thread that waits for answers: it must not outlive the client.</summary>
    public void Dispose() => _admin.Dispose();

    /// <summary>Creates topics that are absent, where that is wanted and allowed, and waits until they are there.</summary>
    /// <exception cref="UserException">The cluster does not answer, or lacks topics that may not be created.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        for (var started = clock.GetTimestamp(); ; await Task.Delay(s_question, clock, cancellationToken))
        {
            var metadata = await MetadataAsync(options.Timeout, cancellationToken);
            List<string> missing = [.. names.Events.Append(names.Dead).Except(There(metadata).Select(topic => topic.Topic))];
            if (missing.Count == 0)
                return;
            if (!options.CreateTopics)
                throw new UserException($"Kafka at {options.BootstrapServers} has no topic {string.Join(", ", missing)}; "
                    + $"create them, or set {KafkaOptions.Section}:{nameof(KafkaOptions.CreateTopics)}");
            // Brokers that have just started refuse for a moment, and learn of a new topic one after the other.
            var refused = await CreateAsync(missing, metadata.Brokers.Count);
            if (refused?.Error.IsFinal() == true || clock.GetElapsedTime(started) >= options.Timeout)
                throw clients.Explained($"topics {string.Join(", ", missing)} cannot be created (fewer brokers than "
                    + $"{KafkaOptions.Section}:{nameof(KafkaOptions.ReplicationFactor)}, or no right to create topics?)",
                    refused ?? new(ErrorCode.Local_TimedOut));
        }
    }

    /// <summary>Asks whether any broker answers.</summary>
    /// <exception cref="UserException">None does, or this client is refused.</exception>
    public async ValueTask CheckAsync(CancellationToken cancellationToken) =>
        await MetadataAsync(options.Timeout < s_silence ? options.Timeout : s_silence, cancellationToken);

    /// <summary>Every partition of topics, by the cluster's names.</summary>
    public async Task<List<TopicPartition>> PartitionsAsync(IEnumerable<string> topics, CancellationToken cancellationToken)
    {
        var wanted = topics.ToHashSet(StringComparer.Ordinal);
        for (var started = clock.GetTimestamp(); ; await Task.Delay(s_question, clock, cancellationToken))
        {
            var metadata = await MetadataAsync(options.Timeout, cancellationToken);
            var found = There(metadata).Where(topic => wanted.Contains(topic.Topic)).ToList();
            if (found.Count == wanted.Count)
                return [.. from topic in found
                           from partition in topic.Partitions
                           select new TopicPartition(topic.Topic, partition.PartitionId)];
            if (clock.GetElapsedTime(started) >= options.Timeout)
                throw new UserException($"Kafka at {options.BootstrapServers} has no topic "
                    + $"{string.Join(", ", wanted.Except(found.Select(topic => topic.Topic)))} any more");
        }
    }

    private static IEnumerable<TopicMetadata> There(Metadata metadata) => metadata.Topics.Where(topic => !topic.Error.IsError);

    /// <summary>Of every topic: asking for one by its name would create it on brokers that are set so.</summary>
    private async Task<Metadata> MetadataAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        for (var started = clock.GetTimestamp(); ;)
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                var metadata = await Task.Run(() => _admin.GetMetadata(s_question), cancellationToken);
                clients.Answered();
                return metadata;
            }
            catch (KafkaException error) when (clients.IsRefused)
            {
                throw clients.Explained("the brokers and this client do not come together", error);
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

    /// <summary>Asks for topics; gives why one of them was refused, null where none was.</summary>
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

    /// <summary>How a topic is created: for ever and whole, unless set otherwise; dead letters are never compacted.</summary>
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
