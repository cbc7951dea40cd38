using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>
/// The lag of a group in each partition of this process: the end of the partition, from librdkafka's statistics, minus the
/// committed offset.
/// </summary>
internal sealed class KafkaLag(string group, KafkaAssignment assignment)
{
    /// <summary>Limit of a request for offsets; leaving the group waits for it.</summary>
    private static readonly TimeSpan s_requestTimeout = TimeSpan.FromMilliseconds(500);

    private volatile Dictionary<TopicPartition, long> _ends = [];

    // Used only by the polling thread.
    private Task _request = Task.CompletedTask;
    private bool _hasEnded;

    /// <summary>
    /// Reads a document of statistics on the polling thread, and requests the offsets committed before this assignment on another
    /// thread. A poll handles all waiting statistics: if each took longer than their interval, it would never end.
    /// </summary>
    public void Update(string statistics, IConsumer<byte[], byte[]> consumer)
    {
        _ends = Ends(statistics);
        if (_hasEnded || !_request.IsCompleted)
            return;
        var unknown = assignment.Positions().Where(one => one.Offset == Offset.Unset).Select(one => one.TopicPartition).ToList();
        if (unknown.Count > 0)
            _request = Task.Run(() => RequestCommitted(consumer, unknown));
    }

    /// <summary>Ends the requests to the consumer, so that it can be closed; on the polling thread.</summary>
    public void End()
    {
        _hasEnded = true;
        _request.Wait();
    }

    /// <summary>The gauge's measurements, one for each partition whose end and committed offset are known.</summary>
    public IEnumerable<Measurement<long>> Measure()
    {
        var ends = _ends;
        return [.. from at in assignment.Positions()
                   where at.Offset != Offset.Unset && ends.ContainsKey(at.TopicPartition)
                   select Measure(at.TopicPartition, Math.Max(0, ends[at.TopicPartition] - at.Offset))];
    }

    private void RequestCommitted(IConsumer<byte[], byte[]> consumer, List<TopicPartition> unknown)
    {
        try
        {
            foreach (var one in consumer.Committed(unknown, s_requestTimeout))
                assignment.Learn(one.Offset == Offset.Unset ? new(one.TopicPartition, First(consumer, one.TopicPartition)) : one);
        }
        catch (KafkaException)
        {
            // The next statistics request them again.
        }
    }

    private Measurement<long> Measure(TopicPartition partition, long lag) => new(lag, new TagList
    {
        { AttributeNames.MessagingSystem, EventTelemetry.Kafka },
        { AttributeNames.Group, group },
        { AttributeNames.Destination, partition.Topic },
        { AttributeNames.Partition, partition.Partition.Value.ToString(CultureInfo.InvariantCulture) },
    });

    /// <summary>The offset at which a group starts that has committed nothing.</summary>
    private static Offset First(IConsumer<byte[], byte[]> consumer, TopicPartition partition) =>
        consumer.GetWatermarkOffsets(partition).Low is { Value: >= 0 } low ? low : 0;

    /// <summary>
    /// The known ends of partitions in a document of statistics (STATISTICS.md of librdkafka).
    /// </summary>
    private static Dictionary<TopicPartition, long> Ends(string statistics)
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
}
