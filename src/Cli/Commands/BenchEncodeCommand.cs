using System.CommandLine;
using TcMgc.Cli.Benchmarks;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc bench encode</c>: how long frames, texts and candidates take.</summary>
internal static class BenchEncodeCommand
{
    private static readonly Option<string> s_model = ModelOption.CreateTinyByDefault();
    private static readonly Option<int[]> s_batches =
        NewOption.Numbers("--batch", [1, 4, 16, 32], 1, 4096, "Frames at a time.");
    private static readonly Option<int> s_candidates =
        NewOption.Number("--candidates", 100, 1, 100_000, "Segments scored at a time.");
    private static readonly Option<int[]> s_clients = NewOption.Numbers(
        "--clients", [], 1, 1024, "Queries at a time while frames are encoded beside them; by default this is not measured.");
    private static readonly Option<int> s_threads =
        NewOption.Number("--threads", 0, 0, 1024, "Threads of one operation; 0 for one per core.", "N");
    private static readonly Option<double> s_seconds =
        NewOption.Number("--seconds", 3, 0.1, 3600, "Time for each measurement.");
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command("encode", "Time of frames, texts and candidates.")
        {
            s_model, s_batches, s_candidates, s_clients, s_threads, s_seconds,
            ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed, cancel), cancel));
        return command;
    }

    private static void Run(ParseResult parsed, CancellationToken cancel)
    {
        using var model = ModelOption.Find(parsed.GetValue(s_model)!)
            .Load(ComputeChoice.Of(parsed) with { Threads = parsed.GetValue(s_threads) });
        var benchmark = new ModelBenchmark(model, TimeSpan.FromSeconds(parsed.GetValue(s_seconds)), cancel);
        var (batches, candidates) = (parsed.GetValue(s_batches)!, parsed.GetValue(s_candidates));
        Func<ModelSpeed[]>[] measurements =
        [
            .. batches.Select(batch => new Func<ModelSpeed[]>(() => [benchmark.Frames(batch)])),
            () => [benchmark.Text()], () => [benchmark.Candidates(candidates)],
            .. parsed.GetValue(s_clients)!.Select(clients =>
                new Func<ModelSpeed[]>(() => benchmark.Together(clients, candidates, batches.Max()))),
        ];
        var (progress, speeds) = (new Progress(TimeProvider.System), new List<ModelSpeed>());
        foreach (var (done, measure) in measurements.Index())
        {
            progress.Show($"{done} of {measurements.Length} measurements", done, measurements.Length);
            speeds.AddRange(measure());
        }
        progress.Clear();
        Output.Write(speeds, parsed.GetValue(s_json), Print);
    }

    private static void Print(List<ModelSpeed> speeds)
    {
        Console.WriteLine($"{"",-18}{"p50 ms",9}{"p95 ms",9}{"ms each",9}{"rounds",8}");
        foreach (var speed in speeds)
            Console.WriteLine(
                $"{speed.Work,-18}{speed.Milliseconds.P50,9:F2}{speed.Milliseconds.P95,9:F2}{speed.Each,9:F2}{speed.Rounds,8}");
    }
}
