using System.Collections.Concurrent;

namespace TcMgc.Cli.Soak;

/// <summary>How often something happened, and how long it took.</summary>
internal sealed class Durations
{
    private readonly ConcurrentBag<TimeSpan> _all = [];

    public void Add(TimeSpan time) => _all.Add(time);

    /// <summary>Count and quantiles; null where nothing was timed.</summary>
    public Quantiles? Of()
    {
        var ordered = _all.Select(time => time.TotalMilliseconds).Order().ToList();
        return ordered.Count == 0 ? null : new(ordered.Count, At(0.5), At(0.95), ordered[^1]);

        double At(double share) => Math.Round(ordered[(int)(share * (ordered.Count - 1))], 1);
    }
}

/// <summary>Times in milliseconds.</summary>
internal sealed record Quantiles(int Count, double P50, double P95, double Max);

/// <summary>What happened in a soak so far. Safe for concurrent use.</summary>
internal sealed class Record
{
    private readonly ConcurrentDictionary<string, int> _operations = new(), _refused = new(), _struck = new(), _missed = new();
    private readonly ConcurrentQueue<string> _wrong = new(), _uncalled = new();

    /// <summary>Operations that were answered, by kind.</summary>
    public IReadOnlyDictionary<string, int> Operations => _operations;

    /// <summary>Answers that were refusals, or did not come, by their reason.</summary>
    public IReadOnlyDictionary<string, int> Refused => _refused;

    /// <summary>Faults that struck, by kind and target.</summary>
    public IReadOnlyDictionary<string, int> Struck => _struck;

    /// <summary>Faults that found no victim.</summary>
    public IReadOnlyDictionary<string, int> Missed => _missed;

    /// <summary>Answers that were wrong, whatever struck.</summary>
    public IReadOnlyList<string> Wrong => [.. _wrong];

    /// <summary>Refusals while nothing struck.</summary>
    public IReadOnlyList<string> Uncalled => [.. _uncalled];

    public Durations CalmSearches { get; } = new();

    /// <summary>Searches between the first fault and the aftermath of the last, by the fault under way.</summary>
    public ConcurrentDictionary<string, Durations> StruckSearches { get; } = new();

    public Durations CalmIndexing { get; } = new();

    public Durations StruckIndexing { get; } = new();

    /// <summary>From the end of a fault until everything is ready.</summary>
    public Durations Recoveries { get; } = new();

    public void Answered(OperationKind kind) => Count(_operations, $"{kind}");

    public void RefusedWith(string reason) => Count(_refused, reason);

    public void Strike(Fault fault, bool hit) => Count(hit ? _struck : _missed, $"{fault.Kind} {fault.Target}");

    public void IsWrong(string what) => _wrong.Enqueue(what);

    public void IsUncalled(string what) => _uncalled.Enqueue(what);

    private static void Count(ConcurrentDictionary<string, int> counts, string what) =>
        counts.AddOrUpdate(what, 1, (_, count) => count + 1);
}
