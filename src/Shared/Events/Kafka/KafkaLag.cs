using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Confluent.Kafka;

namespace TcMgc.Shared.Events.Kafka;

/// <summary>Where a group stands in each partition that this process has: the end as librdkafka's statistics tell it, less what is committed.</summary>
internal static class KafkaLag
{
    /// <summary>Name of the gauge.</summary>
    public const string Gauge = "tcmgc.events.lag";

    /// <summary>The ends of partitions in a document of statistics (STATISTICS.md of librdkafka); those not known yet are left out.</summary>
    public static Dictionary<TopicPartition, long> Ends(string statistics)
    {
        var ends = new Dictionary<TopicPartition, long>();
        using var document = JsonDocument.Parse(statistics);
        if (!document.RootElement.TryGetProperty("topics", out var topics))
            return ends;
        foreach (var topic in topics.EnumerateObject())
            foreach (var partition in topic.Value.GetProperty("partitions").EnumerateObject())
                if (partition.Value.GetProperty("partition").GetInt32() is >= 0 and var number
                    && partition.Value.GetProperty("ls_offset").GetInt64() is >= 0 and var end)
                    ends[new(topic.Name, number)] = end;
        return ends;
    }

    /// <summary>A measurement of the gauge.</summary>
    public static Measurement<long> Measure(string group, string topic, int partition, long lag) => new(lag, new TagList
    {
        { "messaging.system", EventTelemetry.Kafka },
        { "messaging.consumer.group.name", group },
        { "messaging.destination.name", topic },
        { "messaging.destination.partition.id", partition.ToString(System.Globalization.CultureInfo.InvariantCulture) },
    });
}
