using System.CommandLine;
using TcMgc.Cli.Benchmarks;
using TcMgc.Cli.Pipeline;
using TcMgc.Model.Store;
using TcMgc.Search;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc bench search</c>: how long a sentence waits for its answer, by stage, and how much memory the index takes.
/// </summary>
internal static class BenchSearchCommand
{
    private static readonly Option<int[]> s_segments = new Option<int[]>("--segments")
    {
        Description = "Sizes of the index.",
        HelpName = "N",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [1000, 10_000, 100_000],
    }.EachBetween(1, 10_000_000);

    private static readonly Option<int[]> s_clients = new Option<int[]>("--clients")
    {
        Description = "Clients that ask at a time.",
        HelpName = "N",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [1, 8],
    }.EachBetween(1, 1024);

    private static readonly Option<int> s_queries = new Option<int>("--queries")
    {
        Description = "Queries for each number of clients.",
        DefaultValueFactory = _ => 200,
    }.Between(1, 1_000_000);
    private static readonly Option<int> s_candidates = new Option<int>("--candidates")
    {
        Description = "Segments that are scored with the whole model.",
        DefaultValueFactory = _ => new SearchOptions().Candidates,
    }.Between(1, 100_000);
    private static readonly Option<string> s_model = new("--model")
    {
        Description = "Folder or name of a model.",
        HelpName = "MODEL",
        DefaultValueFactory = _ => "tiny",
    };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new Command("search", "Latency of search by stage, at several sizes of the index.")
        {
            s_segments, s_clients, s_queries, s_candidates, s_model, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var model = ModelFolder.Find(parsed.GetValue(s_model)!, ModelChoice.Models).Load(ComputeChoice.Of(parsed));
            var (progress, speeds) = (new Progress(TimeProvider.System), new List<SearchSpeed>());
            foreach (var segments in parsed.GetValue(s_segments)!.Order())
            {
                speeds.AddRange(
                    await SearchBenchmark.RunAsync(model, segments, parsed.GetValue(s_clients)!, parsed.GetValue(s_queries),
                    new() { Candidates = parsed.GetValue(s_candidates) }, progress, cancel));
            }
            Print(speeds, parsed.GetValue(s_json));
        });
        return command;
    }

    private static void Print(IReadOnlyList<SearchSpeed> speeds, bool json)
    {
        if (json)
        {
            Output.Json(speeds);
            return;
        }
        Console.WriteLine(
            $"{"segments",9}{"clients",8}  {"stage",-10}{"p50 ms",9}{"p95 ms",9}{"p99 ms",9}"
                + $"{"queries/s",11}{"cached",8}{"set MB",8}{"peak MB",8}{"heap MB",8}");
        foreach (var speed in speeds)
            foreach (var (stage, times) in speed.Stages)
            {
                var whole = stage == SearchBenchmark.Total
                    ? $"{speed.QueriesPerSecond,11:F1}{speed.FeaturesCached,8:P0}"
                            + $"{speed.WorkingSetMegabytes,8:F0}{speed.PeakMegabytes,8:F0}{speed.ManagedMegabytes,8:F0}"
                    : "";
                Console.WriteLine(
                    $"{speed.Segments,9}{speed.Clients,8}  {stage,-10}{times.P50,9:F1}{times.P95,9:F1}{times.P99,9:F1}{whole}");
            }
        Console.WriteLine();
        Console.WriteLine($"{"segments",9}  {"filling",-10}{"in all",12}{"a segment",14}");
        foreach (var (segments, fill) in speeds.Select(speed => (speed.Segments, speed.Fill)).Distinct())
        {
            foreach (var (step, seconds) in fill.Seconds)
                Line(segments, step, $"{seconds:F2} s", $"{seconds / segments * 1e6:N0} µs");
            foreach (var (part, megabytes) in fill.Megabytes)
                Line(segments, part, $"{megabytes:F1} MB", $"{megabytes / segments * 1e6:N0} B");
        }

        static void Line(int segments, string part, FormattableString inAll, FormattableString each) =>
            Console.WriteLine(
                $"{segments,9}  {part,-10}{FormattableString.Invariant(inAll),12}{FormattableString.Invariant(each),14}");
    }
}
