using System.CommandLine;
using TcMgc.Cli.Benchmarks;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc bench search</c>: latency of a query by stage, and the memory and disk that the index needs.
/// </summary>
internal static class BenchSearchCommand
{
    private static readonly Option<int[]> s_segments =
        NewOption.Numbers("--segments", [1000, 10_000, 100_000], 1, 10_000_000, "Sizes of the index.");
    private static readonly Option<int[]> s_clients =
        NewOption.Numbers("--clients", [1, 8], 1, 1024, "Clients that search at a time.");
    private static readonly Option<int> s_queries =
        NewOption.Number("--queries", 200, 1, 1_000_000, "Queries for each number of clients.");
    private static readonly Option<int> s_candidates = CandidatesOption.Create();
    private static readonly Option<string> s_model = ModelOption.CreateTinyByDefault();
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command("search", "Latency of search by stage, at several sizes of the index.")
        {
            s_segments, s_clients, s_queries, s_candidates, s_model, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var model = ModelOption.Find(parsed.GetValue(s_model)!).Load(ComputeChoice.Of(parsed));
            var (clients, queries) = (parsed.GetValue(s_clients)!, parsed.GetValue(s_queries));
            var options = new Search.SearchOptions { Candidates = parsed.GetValue(s_candidates) };
            var progress = new Progress(TimeProvider.System);
            var speeds = new List<SearchSpeed>();
            foreach (var segments in parsed.GetValue(s_segments)!.Order())
                speeds.AddRange(await SearchBenchmark.RunAsync(model, segments, clients, queries, options, progress, cancel));
            Output.Write(speeds, parsed.GetValue(s_json), Print);
        });
        return command;
    }

    private static void Print(List<SearchSpeed> speeds)
    {
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
        foreach (var (segments, scan) in speeds.Select(speed => (speed.Segments, speed.Scan!)).Distinct())
            Console.WriteLine($"{segments,9}  scan alone: {scan.Milliseconds:F2} ms for {scan.Megabytes:F1} MB, "
                + $"{scan.GigabytesPerSecond:F1} GB/s, {scan.Ratio:F2} of the {scan.CopyGigabytesPerSecond:F1} GB/s of a copy");
        Console.WriteLine();
        Console.WriteLine($"{"segments",9}  {"filling",-10}{"in all",12}{"a segment",14}");
        foreach (var (segments, fill) in speeds.Select(speed => (speed.Segments, speed.Fill)).Distinct())
        {
            foreach (var (step, seconds) in fill.Seconds)
                Line(segments, step, $"{seconds:F2} s", $"{seconds / segments * 1e6:N0} µs");
            foreach (var (part, megabytes) in fill.Megabytes)
                Line(segments, part, $"{megabytes:F1} MB", $"{megabytes / segments * 1e6:N0} B");
        }

        static void Line(int segments, string part, string inAll, string each) =>
            Console.WriteLine($"{segments,9}  {part,-10}{inAll,12}{each,14}");
    }
}
