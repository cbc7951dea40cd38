using System.Diagnostics;
using System.Diagnostics.Metrics;
using TcMgc.Shared;

namespace TcMgc.Search;

/// <summary>A span and a latency for each stage of a query.</summary>
internal static class SearchTelemetry
{
    private static readonly ActivitySource s_source = new(SourceNames.Search);
    private static readonly Meter s_meter = new(SourceNames.Search);
    private static readonly Histogram<double> s_stages = s_meter.CreateHistogram<double>(
        MetricNames.SearchStage, "s", "How long a stage of a query took", tags: null,
        new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    private static readonly Counter<long> s_cached = s_meter.CreateCounter<long>(
        MetricNames.CacheLookups, "{lookup}", "What was looked up in a cache, by whether it was there");

    /// <summary>Counts what was looked up in a cache.</summary>
    public static void Cached(string cache, int hits, int misses)
    {
        var named = new KeyValuePair<string, object?>(AttributeNames.Cache, cache);
        s_cached.Add(hits, named, new KeyValuePair<string, object?>(AttributeNames.Result, "hit"));
        s_cached.Add(misses, named, new KeyValuePair<string, object?>(AttributeNames.Result, "miss"));
    }

    /// <summary>Begins a stage, which ends when this is disposed.</summary>
    public static Stage Begin(string stage, TimeProvider time) => new(stage, time);

    /// <summary>A stage under way.</summary>
    internal readonly struct Stage(string stage, TimeProvider time) : IDisposable
    {
        private readonly Activity? _span = s_source.StartActivity(stage);
        private readonly long _started = time.GetTimestamp();

        public void Dispose()
        {
            var elapsed = time.GetElapsedTime(_started).TotalSeconds;
            s_stages.Record(elapsed, new KeyValuePair<string, object?>(AttributeNames.Stage, stage));
            _span?.Dispose();
        }
    }
}
