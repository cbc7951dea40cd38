using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Headers of messages, documented in docs/kafka.md.</summary>
internal static class KafkaHeaders
{
    public const string EventId = "event-id", SchemaVersion = "schema-version", DeadTopic = "dead-letter-topic",
        DeadPartition = "dead-letter-partition", DeadPosition = "dead-letter-offset",
        DeadGroup = "dead-letter-group", DeadReason = "dead-letter-reason",
        DeadTime = "dead-letter-time";

    private const string Dead = "dead-letter-";

    /// <summary>Headers of an event, with the current span.</summary>
    public static Headers Of(VideoEvent happened)
    {
        var headers = new Headers();
        headers.Write(EventId, happened.EventId.ToString());
        headers.Write(SchemaVersion, happened.SchemaVersion.ToString(CultureInfo.InvariantCulture));
        EventTelemetry.Inject(headers.Add);
        return headers;
    }

    /// <summary>The span that appended a message.</summary>
    public static ActivityContext Trace(Headers headers) =>
        EventTelemetry.Extract(name => headers.TryGetLastBytes(name, out var value) ? value : null);

    /// <summary>A message's own headers, without those that a dead letter adds.</summary>
    public static Headers Own(Headers headers)
    {
        var own = new Headers();
        foreach (var header in headers.Where(header => !header.Key.StartsWith(Dead, StringComparison.Ordinal)))
            own.Add(header.Key, header.GetValueBytes());
        return own;
    }

    public static void Write(this Headers headers, string name, string value) => headers.Add(name, Encoding.UTF8.GetBytes(value));

    public static string? Read(this Headers headers, string name) =>
        headers.TryGetLastBytes(name, out var value) && value is not null ? Encoding.UTF8.GetString(value) : null;
}
