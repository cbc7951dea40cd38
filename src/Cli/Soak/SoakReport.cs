using System.Globalization;

namespace TcMgc.Cli.Soak;

/// <summary>What a soak found.</summary>
internal sealed record SoakReport
{
    /// <summary>Whether every invariant holds that could be told, and the soak was not interrupted.</summary>
    public bool Passed => !Interrupted && Invariants.All(invariant => invariant.Holds is not false);

    /// <summary>Whether it was ended before its time: the end was not checked then.</summary>
    public required bool Interrupted { get; init; }

    /// <summary><c>embedded</c> or <c>services</c>.</summary>
    public required string Mode { get; init; }

    public required int Seed { get; init; }

    /// <summary>How long clients worked.</summary>
    public required double Minutes { get; init; }

    /// <summary>Processors of the machine.</summary>
    public int Processors { get; } = Environment.ProcessorCount;

    /// <summary>Operations that were answered, by kind.</summary>
    public required IReadOnlyDictionary<string, int> Operations { get; init; }

    /// <summary>Refusals, and requests without an answer, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Refused { get; init; }

    /// <summary>Faults by kind and target.</summary>
    public required IReadOnlyDictionary<string, int> Faults { get; init; }

    /// <summary>Faults that found no victim in their time.</summary>
    public required IReadOnlyDictionary<string, int> Missed { get; init; }

    /// <summary>Videos by what was promised of them.</summary>
    public required IReadOnlyDictionary<string, int> Videos { get; init; }

    /// <summary>Times in milliseconds.</summary>
    public required IReadOnlyDictionary<string, Quantiles?> Times { get; init; }

    /// <summary>What each worker took in its last life; null where that was too short.</summary>
    public required IReadOnlyDictionary<string, Usage?> Usage { get; init; }

    /// <summary>Blobs that the sweep at the end removed.</summary>
    public required int Swept { get; init; }

    public required IReadOnlyList<Invariant> Invariants { get; init; }

    /// <summary>Where data and logs of the workers are; null where they were deleted.</summary>
    public string? Folder { get; init; }

    /// <summary>As text for people.</summary>
    public void Print()
    {
        Line($"soak of {Minutes:0.##} minutes, {Mode}, seed {Seed}, {Processors} processors");
        Counts("operations", Operations);
        Counts("refused or unanswered", Refused);
        Counts("faults", Faults);
        Counts("faults without a victim", Missed);
        Counts("videos", Videos);
        Line($"{"milliseconds",-32}{"count",8}{"p50",10}{"p95",10}{"longest",10}");
        foreach (var (name, times) in Times)
            if (times is not null)
                Line($"  {name,-30}{times.Count,8}{times.P50,10:F1}{times.P95,10:F1}{times.Max,10:F1}");
        foreach (var (name, usage) in Usage)
            Line(usage is null ? $"{name}: lived too short for memory and handles to be compared"
                : $"{name}: {usage.MemoryBefore >> 20} MiB and {usage.HandlesBefore} handles in the second quarter of "
                    + $"{usage.Life.TotalSeconds:F0} s, {usage.MemoryAfter >> 20} MiB and {usage.HandlesAfter} in the last");
        Line($"{Swept} blobs swept");
        foreach (var invariant in Invariants)
        {
            Line($"{invariant.Holds switch { true => "ok    ", false => "BROKEN", null => "?     " }}  {invariant.Name}");
            foreach (var broken in invariant.Broken)
                Line($"          {FilePaths.OneLine(broken)}");
        }
        Line(Interrupted ? "interrupted: nothing was checked" : Passed ? "passed" : "failed");
        if (Folder is not null)
            Line($"data and logs: {Folder}");
    }

    private static void Counts(string what, IReadOnlyDictionary<string, int> counts)
    {
        if (counts.Count > 0)
            Line($"{what}: {string.Join(", ", counts.OrderBy(count => count.Key, StringComparer.Ordinal)
                .Select(count => $"{count.Key} {count.Value}"))}");
    }

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Line(string line) => Console.WriteLine(line);
}
