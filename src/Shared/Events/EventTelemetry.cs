using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;

namespace TcMgc.Shared.Events;

/// <summary>
/// Telemetry of the event log by OpenTelemetry's messaging conventions: a span for each append, whose context is stored with the
/// event, and a child span for each handling; counters of retries and rejections.
/// </summary>
public static class EventTelemetry
{
    /// <summary>Values of <see cref="AttributeNames.MessagingSystem"/>.</summary>
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
    /// Starts the span of a delivery's handling, a child of the span that appended the event. Null where nothing records it.
    /// </summary>
    public static Activity? StartProcess(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return StartProcess(delivery.MessagingSystem, delivery.Event, delivery.Trace, delivery.Partition, delivery.Group);
    }

    /// <summary>Starts the span of handling an event that <paramref name="follower"/> reads outside of groups.</summary>
    internal static Activity? StartProcess(LogEntry entry, VideoEvent happened, string follower) =>
        StartProcess(entry.MessagingSystem, happened, entry.Trace, entry.Partition, follower);

    /// <summary>Records the time from an event's append until this process's catalog showed it.</summary>
    internal static void Shown(TimeSpan delay) => s_delay.Record(delay.TotalSeconds);

    /// <summary>Counts a retry.</summary>
    internal static void Retried(string group, Exception error) => s_retries.Add(1,
        new KeyValuePair<string, object?>(AttributeNames.Group, group),
        new KeyValuePair<string, object?>(AttributeNames.ErrorType, error.GetType().Name));

    /// <summary>Counts a rejection and marks the span as failed.</summary>
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

    /// <summary>Passes the W3C headers <c>traceparent</c> and <c>tracestate</c> of the current span to a setter.</summary>
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

    /// <summary>Starts a span of an event, a child of the given parent or else of the current span.</summary>
    private static Activity? Start(
        string operation, ActivityKind kind, string system, VideoEvent happened, ActivityContext parent) =>
        s_source.StartActivity($"{operation} {happened.Topic}", kind, parent)
            ?.SetTag(AttributeNames.MessagingSystem, system)
            .SetTag(AttributeNames.OperationName, operation).SetTag(AttributeNames.OperationType, operation)
            .SetTag(AttributeNames.Destination, happened.Topic).SetTag(AttributeNames.MessageId, happened.EventId.ToString());
}
