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
    /// <summary>What spans and measurements call the two logs.</summary>
    internal const string Kafka = "kafka", Sqlite = "sqlite";

    private static readonly ActivitySource s_source = new(SourceNames.Events);
    private static readonly Meter s_meter = new(SourceNames.Events);
    private static readonly Counter<long> s_retries = s_meter.CreateCounter<long>(
        MetricNames.EventRetries, "{attempt}", "Handlings that failed and are tried again");
    private static readonly Counter<long> s_rejected = s_meter.CreateCounter<long>(
        MetricNames.EventsRejected, "{event}", "Events that went to the dead letters");

    private static readonly Histogram<double> s_delay = s_meter.CreateHistogram<double>(
        MetricNames.CatalogDelay, "s", "From an event's append until a catalog shows it");

    /// <summary>
    /// Begins the span of a delivery's handling: a child of the span that appended it. Null where nobody listens.
    /// </summary>
    public static Activity? StartProcess(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return StartProcess(delivery.MessagingSystem, delivery.Event, delivery.Trace, delivery.Partition, delivery.Group);
    }

    /// <summary>As for a delivery, of an event that <paramref name="follower"/> reads by itself.</summary>
    internal static Activity? StartProcess(LogEntry entry, VideoEvent happened, string follower) =>
        StartProcess(entry.MessagingSystem, happened, entry.Trace, entry.Partition, follower);

    /// <summary>Measures how long the catalog of this process took to show an event.</summary>
    internal static void Shown(TimeSpan delay) => s_delay.Record(delay.TotalSeconds);

    /// <summary>Counts a handling that failed and is tried again.</summary>
    internal static void Retried(string group, Exception error) => s_retries.Add(1,
        new KeyValuePair<string, object?>(AttributeNames.Group, group),
        new KeyValuePair<string, object?>(AttributeNames.ErrorType, error.GetType().Name));

    /// <summary>Counts an event that was given up, and marks its span.</summary>
    internal static void Rejected(Activity? span, Delivery delivery, Exception error)
    {
        span?.SetStatus(ActivityStatusCode.Error, error.Message).SetTag(AttributeNames.ErrorType, error.GetType().Name);
        s_rejected.Add(1, new KeyValuePair<string, object?>(AttributeNames.Group, delivery.Group),
            new KeyValuePair<string, object?>(AttributeNames.Destination, delivery.Event.Topic),
            new KeyValuePair<string, object?>(AttributeNames.ErrorType, error.GetType().Name));
    }

    private static Activity? StartProcess(
        string system, VideoEvent happened, ActivityContext trace, string partition, string group) =>
        Start(SpanNames.Process, ActivityKind.Consumer, system, happened, trace)
            ?.SetTag(AttributeNames.Partition, partition).SetTag(AttributeNames.Group, group);

    internal static Activity? StartSend(string system, VideoEvent happened) =>
        Start(SpanNames.Send, ActivityKind.Producer, system, happened, parent: default);

    /// <summary>Hands W3C's <c>traceparent</c> and <c>tracestate</c> of the current span to <paramref name="set"/>.</summary>
    internal static void Inject(Action<string, byte[]> set) =>
        DistributedContextPropagator.Current.Inject(Activity.Current, set, (carrier, name, value) =>
            ((Action<string, byte[]>)carrier!)(name, Encoding.UTF8.GetBytes(value)));

    /// <summary>The span that <see cref="Inject"/> wrote; default where there is none or it cannot be read.</summary>
    internal static ActivityContext Extract(Func<string, byte[]?> get)
    {
        string? Text(string name) => get(name) is { } value ? Encoding.UTF8.GetString(value) : null;
        return ActivityContext.TryParse(Text("traceparent"), Text("tracestate"), isRemote: true, out var context)
            ? context : default;
    }

    /// <summary>Begins a span of an event; a child of the current one where no other parent is given.</summary>
    private static Activity? Start(
        string operation, ActivityKind kind, string system, VideoEvent happened, ActivityContext parent) =>
        s_source.StartActivity($"{operation} {happened.Topic}", kind, parent)
            ?.SetTag(AttributeNames.MessagingSystem, system)
            .SetTag(AttributeNames.OperationName, operation).SetTag(AttributeNames.OperationType, operation)
            .SetTag(AttributeNames.Destination, happened.Topic).SetTag(AttributeNames.MessageId, happened.EventId.ToString());
}
