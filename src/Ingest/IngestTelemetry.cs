using System.Diagnostics;
using System.Diagnostics.Metrics;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Ingest;

/// <summary>Spans and figures of taking videos in.</summary>
internal static class IngestTelemetry
{
    private static readonly ActivitySource s_source = new(SourceNames.Ingest);
    private static readonly Meter s_meter = new(SourceNames.Ingest);
    private static readonly Counter<long> s_failures = s_meter.CreateCounter<long>(
        MetricNames.VideoFailures, "{video}", "Videos that cannot be indexed");

    /// <summary>Frames taken from videos; their rate is frames per second.</summary>
    public static Counter<long> Frames { get; } =
        s_meter.CreateCounter<long>(MetricNames.DecodedFrames, "{frame}", "Frames decoded");

    /// <summary>Bytes taken in.</summary>
    public static Counter<long> Bytes { get; } =
        s_meter.CreateCounter<long>(MetricNames.UploadBytes, "By", "Bytes of new videos");

    /// <summary>Counts a video given up.</summary>
    /// <param name="kind">What was wrong, one of a few: reasons for people are as many as files.</param>
    public static void Failed(string kind) => s_failures.Add(1,
        new KeyValuePair<string, object?>(AttributeNames.Stage, Stages.Decode),
        new KeyValuePair<string, object?>(AttributeNames.ErrorType, kind));

    public static Activity? Begin(string step) => s_source.StartActivity(step);
}
