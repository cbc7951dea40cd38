using System.Diagnostics;
using System.Diagnostics.Metrics;
using TcMgc.Shared;
using TcMgc.Shared.Events;

namespace TcMgc.Ingest;

/// <summary>Spans and metrics of Ingest.</summary>
internal static class IngestTelemetry
{
    private static readonly ActivitySource s_source = new(SourceNames.Ingest);
    private static readonly Meter s_meter = new(SourceNames.Ingest);
    private static readonly Counter<long> s_failures = s_meter.CreateCounter<long>(
        MetricNames.VideoFailures, "{video}", "Videos that cannot be indexed");

    /// <summary>Decoded frames; their rate is frames per second.</summary>
    public static Counter<long> Frames { get; } =
        s_meter.CreateCounter<long>(MetricNames.DecodedFrames, "{frame}", "Frames decoded");

    /// <summary>Bytes of accepted videos.</summary>
    public static Counter<long> Bytes { get; } =
        s_meter.CreateCounter<long>(MetricNames.UploadBytes, "By", "Bytes of new videos");

    /// <summary>Counts a video that cannot be decoded.</summary>
    /// <param name="kind">What is wrong, one of a few words: attributes must not have a value for each file.</param>
    public static void Failed(string kind) => s_failures.Add(1,
        new KeyValuePair<string, object?>(AttributeNames.Stage, Stages.Decode),
        new KeyValuePair<string, object?>(AttributeNames.ErrorType, kind));

    public static Activity? Begin(string step) => s_source.StartActivity(step);
}
