using System.Diagnostics.Metrics;
using TcMgc.Shared;

namespace TcMgc.Cli.Benchmarks;

/// <summary>
/// Collects, while it lives, how long each stage of every query took and how often features were in memory: what the search tells
/// any listener of its meter.
/// </summary>
internal sealed class StageTimes : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<double>> _milliseconds = new(StringComparer.Ordinal);
    private long _cached, _asked;
    private readonly MeterListener _listener = new();

    public StageTimes()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is MetricNames.SearchStage or MetricNames.CacheLookups)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            foreach (var (key, value) in tags)
                if (key == AttributeNames.Stage)
                    Add((string)value!, TimeSpan.FromSeconds(seconds));
        });
        _listener.SetMeasurementEventCallback<long>((_, lookups, tags, _) =>
        {
            var (ofFeatures, hits) = (false, false);
            foreach (var (key, value) in tags)
            {
                ofFeatures |= (key, value) is (AttributeNames.Cache, "features");
                hits |= (key, value) is (AttributeNames.Result, "hit");
            }
            Interlocked.Add(ref _asked, ofFeatures ? lookups : 0);
            Interlocked.Add(ref _cached, ofFeatures && hits ? lookups : 0);
        });
        _listener.Start();
    }

    /// <summary>Share of features that were in memory when they were asked for; 0 where none were.</summary>
    public double FeaturesCached => _asked == 0 ? 0 : (double)_cached / _asked;

    /// <summary>Takes a time in.</summary>
    public void Add(string stage, TimeSpan elapsed)
    {
        lock (_gate)
        {
            if (!_milliseconds.TryGetValue(stage, out var times))
                _milliseconds.Add(stage, times = []);
            times.Add(elapsed.TotalMilliseconds);
        }
    }

    /// <summary>The percentiles of a stage; null where no query came to it.</summary>
    public Percentiles? Of(string stage)
    {
        lock (_gate)
            return _milliseconds.TryGetValue(stage, out var times) ? Percentiles.Of(times) : null;
    }

    public void Dispose() => _listener.Dispose();
}

/// <summary>Of many times, in milliseconds.</summary>
/// <param name="P50">Half took at most so long.</param>
/// <param name="P95">95 % took at most so long.</param>
/// <param name="P99">99 % took at most so long.</param>
internal sealed record Percentiles(double P50, double P95, double P99)
{
    /// <summary>By nearest rank, of at least one time.</summary>
    public static Percentiles Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        double At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
        return new(At(0.50), At(0.95), At(0.99));
    }
}
