using System.Diagnostics;
using System.Diagnostics.Metrics;
using TcMgc.Shared;
using TcMgc.Shared.Events;

namespace TcMgc.Featurizer;

/// <summary>Spans and metrics of the featurizer.</summary>
internal static class FeaturizeTelemetry
{
    private static readonly ActivitySource s_source = new(SourceNames.Featurizer);
    private static readonly Meter s_meter = new(SourceNames.Featurizer);
    private static readonly Counter<long> s_failures = s_meter.CreateCounter<long>(
        MetricNames.VideoFailures, "{video}", "Videos that cannot be indexed");

    /// <summary>Encoded frames; their rate is frames per second.</summary>
    public static Counter<long> Frames { get; } =
        s_meter.CreateCounter<long>(MetricNames.EncodedFrames, "{frame}", "Frames encoded");

    /// <summary>Frames in one call of the encoder.</summary>
    public static Histogram<int> BatchSize { get; } = s_meter.CreateHistogram<int>(
        MetricNames.BatchSize, "{frame}", "Frames encoded at a time", tags: null,
        new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });

    /// <summary>Frames that wait for a batch.</summary>
    public static UpDownCounter<int> Queue { get; } =
        s_meter.CreateUpDownCounter<int>(MetricNames.FrameQueue, "{frame}", "Frames that wait to be encoded");

    /// <summary>From upload until the video can be found.</summary>
    public static Histogram<double> Searchable { get; } = s_meter.CreateHistogram<double>(
        MetricNames.VideoSearchable, "s", "From upload to searchable", tags: null,
        new() { HistogramBucketBoundaries = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400] });

    /// <summary>Counts a video that cannot be indexed.</summary>
    /// <param name="kind">What is wrong, one of a few words.</param>
    public static void Failed(string kind) => s_failures.Add(1,
        new KeyValuePair<string, object?>(AttributeNames.Stage, Stages.Index),
        new KeyValuePair<string, object?>(AttributeNames.ErrorType, kind));

    public static Activity? Begin(string step) => s_source.StartActivity(step);
}
