using System.CommandLine;
using TcMgc.Cli.Benchmarks;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc bench</c>: how fast things are on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure how fast things are on this machine.")
    {
        BenchDecodeCommand.Create(), BenchEncodeCommand.Create(), BenchIndexCommand.Create(), BenchSearchCommand.Create(),
        BenchSimilarCommand.Create(), BenchTrainCommand.Create(),
    };

    /// <summary>What is measured with.</summary>
    public static Argument<string[]> Paths() => new("PATH")
    {
        Description = "Video files, and folders of them.",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>How often; the medians are shown.</summary>
    public static Option<int> Rounds() => NewOption.Number("--rounds", 3, 1, 1000, "Rounds; medians are shown.");

    /// <summary>A line for each piece of work.</summary>
    public static void Print(params IReadOnlyList<(string Work, Cost Cost)> costs)
    {
        Console.WriteLine($"{"",-16}{"elapsed s",11}{"processor s",13}");
        foreach (var (work, cost) in costs)
            Console.WriteLine($"{work,-16}{cost.Seconds,11:F2}{cost.ProcessorSeconds,13:F2}");
    }
}
