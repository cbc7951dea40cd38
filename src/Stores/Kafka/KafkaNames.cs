using Confluent.Kafka;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Names of topics and groups in the cluster: the installation's prefix, then the program's name.</summary>
internal readonly record struct KafkaNames(string Prefix)
{
    /// <summary>The cluster's name of the dead-letter topic.</summary>
    public string Dead => Prefix + Topics.Dead;

    /// <summary>The cluster's names of the event topics.</summary>
    public IEnumerable<string> Events => Topics.All.Select(Topic);

    /// <summary>The cluster's name of a topic.</summary>
    public string Topic(string topic) => Prefix + topic;

    /// <summary>The program's name of a topic of the cluster.</summary>
    public string TopicOf(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    /// <summary>The name of a partition in deliveries.</summary>
    public string Partition(TopicPartition partition) => $"{TopicOf(partition.Topic)}/{partition.Partition.Value}";

    /// <summary>The cluster's name of a group.</summary>
    public string Group(string group) => Prefix + group;
}
