using System.CommandLine;
using TcMgc.Cli.Benchmarks;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc bench index</c>: what indexing files costs, beside decoding and encoding them alone.</summary>
internal static class BenchIndexCommand
{
    private static readonly Argument<string[]> s_paths = BenchCommand.Paths();
    private static readonly Option<string> s_model = ModelOption.CreateTinyByDefault();
    private static readonly Option<int> s_rounds = BenchCommand.Rounds();
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command("index", "Time of indexing files, beside decoding and encoding them alone.")
        {
            s_paths, s_model, s_rounds, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) => Output.Write(
            await IndexBenchmark.RunAsync(parsed.GetValue(s_paths)!, ModelOption.Find(parsed.GetValue(s_model)!),
                ComputeChoice.Of(parsed), parsed.GetValue(s_rounds), new(TimeProvider.System), cancel),
            parsed.GetValue(s_json), Print));
        return command;
    }

    private static void Print(IndexSpeed speed)
    {
        Console.WriteLine($"{speed.Files} files, {speed.Footage:F0} s of footage, {speed.Frames} frames");
        Console.WriteLine();
        BenchCommand.Print(("decode", speed.Decode), ("encode", speed.Encode), ("index", speed.Index));
        Console.WriteLine();
        Console.WriteLine($"elapsed: {speed.ToSlower:F2} × the slower part; processor: {speed.ToSum:F2} × the parts together");
        Console.WriteLine($"{speed.FootageAtATime:F1} hours of footage in an hour; at most {speed.PeakMegabytes:F0} MB");
    }
}
