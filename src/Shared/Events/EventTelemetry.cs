using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;

namespace TcMgc.Shared.Events;

/// <summary>
/// Spans of the event log by OpenTelemetry's conventions for messaging: one for each append, whose context travels with the
/// event, and one for each handling, which continues it. Counts what was tried again and what was given up.
/// </summary>
public static class EventTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "TcMgc.Events";

    /// <summary>What spans and measurements call the two logs.</summary>
    internal const string Kafka = "kafka", Sqlite = "sqlite";

    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);
    private static readonly Counter<long> s_retries = s_meter.CreateCounter<long>("tcmgc.events.retries", "{attempt}", "Handlings that failed and are tried again");
    private static readonly Counter<long> s_rejected = s_meter.CreateCounter<long>("tcmgc.events.rejected", "{event}", "Events that went to the dead letters");

    /// <summary>Begins the span of a delivery's handling as a child of the span that appended it; null where nobody listens.</summary>
    public static Activity? StartProcess(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var topic = delivery.Event.Topic;
        var parent = delivery.Trace == default ? Activity.Current?.Context ?? default : delivery.Trace;
        return s_source.StartActivity($"process {topic}", ActivityKind.Consumer, parent)
            ?.SetTag("messaging.system", delivery.MessagingSystem).SetTag("messaging.operation.name", "process").SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", topic).SetTag("messaging.destination.partition.id", delivery.Partition)
            .SetTag("messaging.consumer.group.name", delivery.Group).SetTag("messaging.message.id", delivery.Event.EventId.ToString());
    }

    /// <summary>Counts a handling that failed and is tried again.</summary>
    internal static void Retried(string group, Exception error) => s_retries.Add(1,
        new KeyValuePair<string, object?>("messaging.consumer.group.name", group), new KeyValuePair<string, object?>("error.type", error.GetType().Name));

    /// <summary>Counts an event that was given up, and marks its span.</summary>
    internal static void Rejected(Activity? span, Delivery delivery, Exception error)
    {
        span?.SetStatus(ActivityStatusCode.Error, error.Message).SetTag("error.type", error.GetType().Name);
        s_rejected.Add(1, new KeyValuePair<string, object?>("messaging.consumer.group.name", delivery.Group),
            new KeyValuePair<string, object?>("messaging.destination.name", delivery.Event.Topic), new KeyValuePair<string, object?>("error.type", error.GetType().Name));
    }

    internal static Activity? StartSend(string system, VideoEvent happened) =>
        s_source.StartActivity($"send {happened.Topic}", ActivityKind.Producer)
            ?.SetTag("messaging.system", system)
            .SetTag("messaging.operation.name", "send").SetTag("messaging.operation.type", "send")
            .SetTag("messaging.destination.name", happened.Topic).SetTag("messaging.message.id", happened.EventId.ToString());

    /// <summary>Hands W3C's <c>traceparent</c> and <c>tracestate</c> of the current span to <paramref name="set"/>.</summary>
    internal static void Inject(Action<string, byte[]> set) =>
        DistributedContextPropagator.Current.Inject(Activity.Current, set, (carrier, name, value) =>
            ((Action<string, byte[]>)carrier!)(name, Encoding.UTF8.GetBytes(value)));

    /// <summary>The span that <see cref="Inject"/> wrote; default where there is none or it cannot be read.</summary>
    internal static ActivityContext Extract(Func<string, byte[]?> get)
    {
        string? Text(string name) => get(name) is { } value ? Encoding.UTF8.GetString(value) : null;
        return ActivityContext.TryParse(Text("traceparent"), Text("tracestate"), isRemote: true, out var context) ? context : default;
    }
}
