using System.Diagnostics;
using System.Globalization;

namespace TcMgc.Cli.Benchmarks;

/// <summary>Elapsed and processor time of a piece of work, that of the programs that it ran to their end included.</summary>
/// <param name="Seconds">From its beginning to its end.</param>
/// <param name="ProcessorSeconds">Of all threads and programs together.</param>
internal sealed record Cost(double Seconds, double ProcessorSeconds)
{
    /// <summary>Does the work and measures it.</summary>
    public static async Task<Cost> OfAsync(Func<Task> work)
    {
        var (begun, processor) = (TimeProvider.System.GetTimestamp(), ThisProcess.ProcessorTime());
        await work();
        return new(TimeProvider.System.GetElapsedTime(begun).TotalSeconds,
            (ThisProcess.ProcessorTime() - processor).TotalSeconds);
    }

    /// <summary>The one with the median of the elapsed times.</summary>
    public static Cost Median(IEnumerable<Cost> costs)
    {
        Cost[] sorted = [.. costs.OrderBy(cost => cost.Seconds)];
        return sorted[sorted.Length / 2];
    }
}

/// <summary>What this process has used so far.</summary>
internal static class ThisProcess
{
    private const string Statistics = "/proc/self/stat";
    private const double TicksPerSecond = 100;

    /// <summary>Fields behind the program's name in <see cref="Statistics"/>: cutime and cstime of proc(5).</summary>
    private const int ChildrenUser = 13, ChildrenSystem = 14;

    /// <summary>The most memory that it had, in megabytes; programs that it runs are not counted.</summary>
    public static double PeakMegabytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / 1e6;
        }
    }

    /// <summary>Processor time, and that of the programs that it waited for (of those on Linux alone).</summary>
    public static TimeSpan ProcessorTime()
    {
        var own = Environment.CpuUsage.TotalTime;
        if (!File.Exists(Statistics))
            return own;
        var text = File.ReadAllText(Statistics);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return own + TimeSpan.FromSeconds((Ticks(ChildrenUser) + Ticks(ChildrenSystem)) / TicksPerSecond);

        double Ticks(int field) => double.Parse(fields[field], CultureInfo.InvariantCulture);
    }
}
