namespace TcMgc.Cli.Soak;

/// <summary>What a process took at one moment of its life.</summary>
/// <param name="Age">Since it was started.</param>
/// <param name="Bytes">Memory.</param>
/// <param name="Handles">Open files, sockets and pipes.</param>
internal readonly record struct UsageSample(TimeSpan Age, long Bytes, int Handles);

/// <summary>
/// Whether a life was flat: in its last quarter a process takes what it took in its second one, and a little more at most. In the
/// first quarter it warms up.
/// </summary>
/// <param name="Life">How long the life was.</param>
/// <param name="MemoryBefore">Median of the second quarter, bytes.</param>
/// <param name="MemoryAfter">Median of the last quarter, bytes.</param>
/// <param name="HandlesBefore">The same of handles.</param>
/// <param name="HandlesAfter">The same of handles.</param>
internal sealed record Usage(TimeSpan Life, long MemoryBefore, long MemoryAfter, int HandlesBefore, int HandlesAfter)
{
    /// <summary>Shorter lives say nothing.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(60);

    /// <summary>How much more a flat life may take in its last quarter.</summary>
    public const double MemoryGrowth = 1.1;

    /// <summary>And on top of that.</summary>
    public const long MemoryMargin = 32L << 20;

    /// <summary>How many more handles a flat life may have in its last quarter.</summary>
    public const int HandlesMargin = 12;

    public bool HasFlatMemory => MemoryAfter <= (MemoryBefore * MemoryGrowth) + MemoryMargin;

    public bool HasFlatHandles => HandlesAfter <= HandlesBefore + HandlesMargin;

    /// <summary>What the samples of a life say; null where it was too short.</summary>
    public static Usage? Of(IReadOnlyList<UsageSample> life)
    {
        if (life.Count < 8 || life[^1].Age < Shortest)
            return null;
        var end = life[^1].Age;
        var before = life.Where(sample => sample.Age >= end / 4 && sample.Age < end / 2).ToList();
        var after = life.Where(sample => sample.Age >= end * 0.75).ToList();
        return before.Count == 0 ? null : new(end, (long)Median(before, sample => sample.Bytes),
            (long)Median(after, sample => sample.Bytes), (int)Median(before, sample => sample.Handles),
            (int)Median(after, sample => sample.Handles));
    }

    private static double Median(List<UsageSample> samples, Func<UsageSample, double> value) =>
        samples.Select(value).Order().ElementAt(samples.Count / 2);
}
