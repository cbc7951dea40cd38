using System.Diagnostics.Metrics;

namespace TcMgc.Cli.Benchmarks;

/// <summary>Collects, while it lives, how long each stage of every query took: what the search tells any listener of its meter.</summary>
internal sealed class StageTimes : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<double>> _milliseconds = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public StageTimes()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "tcmgc.search.stage.duration")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            foreach (var (key, value) in tags)
                if (key == "stage")
                    Add((string)value!, TimeSpan.FromSeconds(seconds));
        });
        _listener.Start();
    }

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
