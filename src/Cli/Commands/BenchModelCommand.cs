using System.CommandLine;
using TcMgc.Cli.Benchmarks;
using TcMgc.Cli.Pipeline;
using TcMgc.Model.Store;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc bench model</c>: how long frames, texts and candidates take.</summary>
internal static class BenchModelCommand
{
    private static readonly Option<string> s_model = new("--model")
    {
        Description = "Folder or name of a model.",
        HelpName = "MODEL",
        DefaultValueFactory = _ => "tiny",
    };

    private static readonly Option<int[]> s_batches = new Option<int[]>("--batch")
    {
        Description = "Frames at a time.",
        HelpName = "N",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [1, 4, 16, 32],
    }.EachBetween(1, 4096);

    private static readonly Option<int> s_candidates = new Option<int>("--candidates")
    {
        Description = "Segments scored at a time.",
        DefaultValueFactory = _ => 100,
    }.Between(1, 100_000);

    private static readonly Option<int[]> s_clients = new Option<int[]>("--clients")
    {
        Description = "Queries at a time while frames are encoded beside them; by default this is not measured.",
        HelpName = "N",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    }.EachBetween(1, 1024);

    private static readonly Option<int> s_threads = new Option<int>("--threads")
    {
        Description = "Threads of one operation; 0 stands for one a core.",
        HelpName = "N",
    }.Between(0, 1024);

    private static readonly Option<double> s_seconds = new Option<double>("--seconds")
    {
        Description = "Time for each measurement.",
        DefaultValueFactory = _ => 3,
    }.Between(0.1, 3600);

    private static readonly Option<bool> s_json = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new Command("model", "Time of frames, texts and candidates.")
        {
            s_model, s_batches, s_candidates, s_clients, s_threads, s_seconds,
            ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed, cancel), cancel));
        return command;
    }

    private static void Run(ParseResult parsed, CancellationToken cancel)
    {
        using var model = ModelFolder.Find(parsed.GetValue(s_model)!, ModelChoice.Models)
            .Load(ComputeChoice.Of(parsed) with { Threads = parsed.GetValue(s_threads) });
        var benchmark = new ModelBenchmark(model, TimeSpan.FromSeconds(parsed.GetValue(s_seconds)), cancel);
        var (batches, candidates) = (parsed.GetValue(s_batches)!, parsed.GetValue(s_candidates));
        ModelSpeed[] speeds =
        [
            .. batches.Select(benchmark.Frames), benchmark.Text(), benchmark.Candidates(candidates),
            .. parsed.GetValue(s_clients)!.SelectMany(clients => benchmark.Together(clients, candidates, batches.Max())),
        ];
        if (parsed.GetValue(s_json))
        {
            Output.Json(speeds);
            return;
        }
        Console.WriteLine($"{"",-18}{"p50 ms",9}{"p95 ms",9}{"ms each",9}{"rounds",8}");
        foreach (var speed in speeds)
            Console.WriteLine(
                $"{speed.Work,-18}{speed.Milliseconds.P50,9:F2}{speed.Milliseconds.P95,9:F2}{speed.Each,9:F2}{speed.Rounds,8}");
    }
}
