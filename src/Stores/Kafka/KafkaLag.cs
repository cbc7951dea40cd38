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
/// Where a group stands in each partition that this process has: the end as librdkafka's statistics tell it, less what is
/// committed.
/// </summary>
internal sealed class KafkaLag(string group, KafkaAssignment assignment)
{
    /// <summary>The end of a member waits so long for an answer.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    private volatile Dictionary<TopicPartition, long> _ends = [];

    // Of the polling thread alone.
    private Task _asking = Task.CompletedTask;
    private bool _isOver;

    /// <summary>
    /// Takes a document of statistics, on the thread that polls, and has another ask for what was committed before this member
    /// came: a poll serves statistics until none is left, and would never end if that took longer than the next ones take to
    /// come.
    /// </summary>
    public void Update(string statistics, IConsumer<byte[], byte[]> consumer)
    {
        _ends = Ends(statistics);
        if (_isOver || !_asking.IsCompleted)
            return;
        var unknown = assignment.Positions().Where(one => one.Offset == Offset.Unset).Select(one => one.TopicPartition).ToList();
        if (unknown.Count > 0)
            _asking = Task.Run(() => Ask(consumer, unknown));
    }

    /// <summary>Asks the consumer nothing more, so that it can be closed; on the thread that polls.</summary>
    public void End()
    {
        _isOver = true;
        _asking.Wait();
    }

    /// <summary>The gauge's measurements: one for each partition whose end and commit are known.</summary>
    public IEnumerable<Measurement<long>> Measure()
    {
        var ends = _ends;
        return [.. from at in assignment.Positions()
                   where at.Offset != Offset.Unset && ends.ContainsKey(at.TopicPartition)
                   select Measure(at.TopicPartition, Math.Max(0, ends[at.TopicPartition] - at.Offset))];
    }

    private void Ask(IConsumer<byte[], byte[]> consumer, List<TopicPartition> unknown)
    {
        try
        {
            foreach (var one in consumer.Committed(unknown, s_patience))
                assignment.Learn(one.Offset == Offset.Unset ? new(one.TopicPartition, First(consumer, one.TopicPartition)) : one);
        }
        catch (KafkaException)
        {
            // Known at the next statistics.
        }
    }

    private Measurement<long> Measure(TopicPartition partition, long lag) => new(lag, new TagList
    {
        { AttributeNames.MessagingSystem, EventTelemetry.Kafka },
        { AttributeNames.Group, group },
        { AttributeNames.Destination, partition.Topic },
        { AttributeNames.Partition, partition.Partition.Value.ToString(CultureInfo.InvariantCulture) },
    });

    /// <summary>Where a group that has committed nothing begins.</summary>
    private static Offset First(IConsumer<byte[], byte[]> consumer, TopicPartition partition) =>
        consumer.GetWatermarkOffsets(partition).Low is { Value: >= 0 } low ? low : 0;

    /// <summary>
    /// The ends of partitions in a document of statistics (STATISTICS.md of librdkafka); those not known yet are left out.
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
