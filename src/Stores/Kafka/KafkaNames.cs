using Confluent.Kafka;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Names of topics and groups in the cluster: those of the program behind the installation's prefix.</summary>
internal readonly record struct KafkaNames(string Prefix)
{
    /// <summary>The dead letters.</summary>
    public string Dead => Prefix + Topics.Dead;

    /// <summary>The topics of events.</summary>
    public IEnumerable<string> Events => Topics.All.Select(Topic);

    /// <summary>The cluster's name of a topic.</summary>
    public string Topic(string topic) => Prefix + topic;

    /// <summary>The topic that the cluster calls so.</summary>
    public string TopicOf(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    /// <summary>How deliveries call a partition.</summary>
    public string Partition(TopicPartition partition) => $"{TopicOf(partition.Topic)}/{partition.Partition.Value}";

    /// <summary>The cluster's name of a group.</summary>
    public string Group(string group) => Prefix + group;
}
