using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TcMgc.Ingest;

/// <summary>Spans and figures of taking videos in.</summary>
internal static class IngestTelemetry
{
    private const string Name = "TcMgc.Ingest";
    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);

    /// <summary>Frames taken from videos; their rate is frames per second.</summary>
    public static Counter<long> Frames { get; } = s_meter.CreateCounter<long>("tcmgc.decoder.frames", "{frame}", "Frames decoded");

    /// <summary>Bytes taken in.</summary>
    public static Counter<long> Bytes { get; } = s_meter.CreateCounter<long>("tcmgc.upload.bytes", "By", "Bytes of new videos");

    /// <summary>Videos given up, by <c>stage</c>.</summary>
    public static Counter<long> Failures { get; } = s_meter.CreateCounter<long>("tcmgc.video.failures", "{video}", "Videos that cannot be indexed");

    public static Activity? Begin(string step) => s_source.StartActivity(step);
}
