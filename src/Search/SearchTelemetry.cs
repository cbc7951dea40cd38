using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TcMgc.Search;

/// <summary>A span and a latency for each stage of a query.</summary>
internal static class SearchTelemetry
{
    private const string Name = "TcMgc.Search";
    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);
    private static readonly Histogram<double> s_stages = s_meter.CreateHistogram<double>("tcmgc.search.stage.duration", "s", "How long a stage of a query took",
        tags: null, new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    private static readonly Counter<long> s_cached = s_meter.CreateCounter<long>("tcmgc.search.cache.lookups", "{lookup}", "What was looked up in a cache, by whether it was there");

    /// <summary>Counts what was looked up in a cache.</summary>
    public static void Cached(string cache, int hits, int misses)
    {
        var named = new KeyValuePair<string, object?>("cache", cache);
        s_cached.Add(hits, named, new KeyValuePair<string, object?>("result", "hit"));
        s_cached.Add(misses, named, new KeyValuePair<string, object?>("result", "miss"));
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
            s_stages.Record(time.GetElapsedTime(_started).TotalSeconds, new KeyValuePair<string, object?>("stage", stage));
            _span?.Dispose();
        }
    }
}
