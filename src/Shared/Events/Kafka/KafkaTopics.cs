using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TcMgc.Shared.Events.Kafka;

/// <summary>The log's topics in the cluster.</summary>
/// <param name="client">A client whose connections the questions use; disposed after this.</param>
internal sealed class KafkaTopics(Handle client, KafkaOptions options, KafkaNames names, KafkaClients clients, TimeProvider clock) : IDisposable
{
    /// <summary>Short, so that a cancelled start does not wait for a cluster that is away.</summary>
    private static readonly TimeSpan s_question = TimeSpan.FromMilliseconds(500);

    private readonly IAdminClient _admin = new DependentAdminClientBuilder(client).Build();

    /// <summary>Ends the thread that waits for answers: it must not outlive the client.</summary>
    public void Dispose() => _admin.Dispose();

    /// <summary>Creates topics that are absent, where that is wanted and allowed.</summary>
    /// <exception cref="UserException">The cluster does not answer, or lacks topics that may not be created.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(cancellationToken).ConfigureAwait(false);
        if (missing.Count == 0)
            return;
        if (!options.CreateTopics)
            throw new UserException($"Kafka at {options.BootstrapServers} has no topic {string.Join(", ", missing)}; create them, or set {KafkaOptions.Section}:{nameof(KafkaOptions.CreateTopics)}");
        await CreateAsync(missing).ConfigureAwait(false);
        // Brokers learn of a new topic one after the other.
        var started = clock.GetTimestamp();
        while ((await MissingAsync(cancellationToken).ConfigureAwait(false)).Count > 0 && clock.GetElapsedTime(started) < options.Timeout)
            await Task.Delay(s_question, clock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Every partition of topics, by the cluster's names.</summary>
    public async Task<List<TopicPartition>> PartitionsAsync(IEnumerable<string> topics, CancellationToken cancellationToken)
    {
        var wanted = topics.ToHashSet(StringComparer.Ordinal);
        var metadata = await MetadataAsync(cancellationToken).ConfigureAwait(false);
        return [.. metadata.Topics.Where(topic => wanted.Contains(topic.Topic))
            .SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition.PartitionId)))];
    }

    private async Task<List<string>> MissingAsync(CancellationToken cancellationToken)
    {
        var metadata = await MetadataAsync(cancellationToken).ConfigureAwait(false);
        return [.. names.Events.Append(names.Dead).Except(metadata.Topics.Where(topic => !topic.Error.IsError).Select(topic => topic.Topic))];
    }

    /// <summary>Of every topic: asking for one by its name would create it on brokers that are set so.</summary>
    private async Task<Metadata> MetadataAsync(CancellationToken cancellationToken)
    {
        for (var started = clock.GetTimestamp(); ;)
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                return await Task.Run(() => _admin.GetMetadata(s_question), cancellationToken).ConfigureAwait(false);
            }
            catch (KafkaException error) when (clock.GetElapsedTime(started) >= options.Timeout)
            {
                throw clients.Explained($"no answer within {options.Timeout.TotalSeconds:0.#} seconds (is {KafkaOptions.Section}:{nameof(KafkaOptions.BootstrapServers)} right?)", error);
            }
            catch (KafkaException)
            {
            }
    }

    private async Task CreateAsync(List<string> missing)
    {
        try
        {
            await _admin.CreateTopicsAsync(missing.Select(topic => Specification(topic, options, topic == names.Dead)), new() { RequestTimeout = options.Timeout }).ConfigureAwait(false);
        }
        catch (CreateTopicsException error)
        {
            var failed = error.Results.FirstOrDefault(topic => topic.Error.IsError && topic.Error.Code != ErrorCode.TopicAlreadyExists);
            if (failed is not null)
                throw clients.Explained($"topic {failed.Topic} cannot be created (a cluster of fewer brokers than {KafkaOptions.Section}:{nameof(KafkaOptions.ReplicationFactor)}, or no right to create topics?)",
                    new(failed.Error));
        }
        catch (KafkaException error)
        {
            throw clients.Explained($"topics cannot be created; create {string.Join(", ", missing)} by hand", error);
        }
    }

    /// <summary>How a topic is created: for ever and whole, unless set otherwise; dead letters are never compacted.</summary>
    internal static TopicSpecification Specification(string topic, KafkaOptions options, bool isDeadLetters) => new()
    {
        Name = topic,
        NumPartitions = options.Partitions,
        ReplicationFactor = options.ReplicationFactor,
        Configs = new()
        {
            ["retention.ms"] = options.Retention is { } kept ? ((long)kept.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) : "-1",
            ["cleanup.policy"] = !options.Compact || isDeadLetters ? "delete" : options.Retention is null ? "compact" : "compact,delete",
        },
    };
}
