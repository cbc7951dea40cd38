using System.Diagnostics;
using TcMgc.Model;
using TcMgc.Search;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Stores;
using TcMgc.Training.Datasets;
using TcMgc.Training.World;

namespace TcMgc.Cli.Benchmarks;

/// <summary>How fast sentences are answered from an index of one size, by so many at a time.</summary>
/// <param name="Segments">Segments in the index.</param>
/// <param name="Clients">Clients, each of which asks again when it has its answer.</param>
/// <param name="Queries">Queries of all clients together.</param>
/// <param name="QueriesPerSecond">Of all clients together.</param>
/// <param name="FirstMilliseconds">The first query of all, which loads the index and prepares the graphs.</param>
/// <param name="Stages">Text (encoding), names (videos that the words name), candidates (nearest segments that may be shown),
/// fetch (their features), score, and total.</param>
/// <param name="FeaturesCached">Share of the candidates' features that came from memory.</param>
/// <param name="FillSeconds">Making the segments and writing them.</param>
/// <param name="DiskMegabytes">The folder once it was filled.</param>
/// <param name="Fill">Both by part.</param>
/// <param name="WorkingSetMegabytes">The process's memory after the queries: the model, the index and the files' mapped
/// pages.</param>
/// <param name="PeakMegabytes">The most that it was since the process began.</param>
/// <param name="ManagedMegabytes">The part of it on the managed heap, garbage included.</param>
internal sealed record SearchSpeed(int Segments, int Clients, int Queries, double QueriesPerSecond, double FirstMilliseconds,
    IReadOnlyDictionary<string, Percentiles> Stages, double FeaturesCached,
    double FillSeconds, double DiskMegabytes, FillCosts Fill,
    double WorkingSetMegabytes, double PeakMegabytes, double ManagedMegabytes)
{
    /// <summary>The scan for candidates alone.</summary>
    public ScanSpeed? Scan { get; init; }
}

/// <summary>Searches an index of invented segments, in a temporary folder, with sentences about the drawn world.</summary>
internal static class SearchBenchmark
{
    /// <summary>The time from a query to its answer.</summary>
    public const string Total = "total";

    private const int Seed = 1, WarmUpEach = 3, ScannedFor = 8;

    /// <summary>The stages, in their order.</summary>
    public static readonly IReadOnlyList<string> Stages = ["text", "names", "candidates", "fetch", "score", Total];

    /// <summary>
    /// Fills one index, in a temporary folder that is removed however this ends, and asks it with each number of clients in turn.
    /// </summary>
    public static async Task<IReadOnlyList<SearchSpeed>> RunAsync(
        VideoTextModel model, int segments, IReadOnlyList<int> clients, int queries,
        SearchOptions options, Progress progress, CancellationToken cancel)
    {
        // What a smaller index left behind is not this one's memory.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var path = Directory.CreateTempSubdirectory("tcmgc-bench-").FullName;
        try
        {
            using var folder = await DataFolder.OpenAsync(path, TimeProvider.System, cancel);
            var fill = await FillAsync(folder, new(model, Seed), segments, progress, cancel);
            using var engine = new SearchEngine(model, folder.Index, folder.Catalog, TimeProvider.System, options);
            var world = new SyntheticDataset(Seed);
            var asked = 0;
            // No text comes twice: nothing is gained by remembering an answer.
            string Next() => $"{world.Video(Split.Test, asked).Captions[0].Text} {asked++}";

            var first = (await engine.SearchAsync(Next(), new(), cancel)).Elapsed;
            var speeds = new List<SearchSpeed>();
            foreach (var count in clients)
            {
                await AskAsync(engine, count, Texts(count * WarmUpEach), null, cancel);
                string[] texts = Texts(queries);
                using var times = new StageTimes();
                var started = Stopwatch.GetTimestamp();
                await AskAsync(engine, count, texts, times, cancel);
                var elapsed = Stopwatch.GetElapsedTime(started);
                speeds.Add(new(segments, count, queries, queries / elapsed.TotalSeconds, first.TotalMilliseconds,
                    Stages.Where(stage => times.Of(stage) is not null).ToDictionary(stage => stage, stage => times.Of(stage)!),
                    times.FeaturesCached,
                    fill.Seconds.Values.Sum(), fill.Megabytes.Values.Sum(), fill,
                    Environment.WorkingSet / 1e6, ThisProcess.PeakMegabytes,
                    GC.GetTotalMemory(forceFullCollection: false) / 1e6));
            }
            // Last: by now the scan is compiled with all optimisations.
            var scan = await ScanSpeed.OfAsync(folder.Index, segments, options.Candidates,
                [.. Texts(ScannedFor).Select(text => model.EncodeText(text, cancel).Query)], cancel);
            return [.. speeds.Select(speed => speed with { Scan = scan })];

            string[] Texts(int number) => [.. Enumerable.Range(0, number).Select(_ => Next())];
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static async Task<FillCosts> FillAsync(DataFolder folder, InventedSegments invented, int segments, Progress progress,
        CancellationToken cancel)
    {
        progress.Say(
            Demand(Path.GetDirectoryName(folder.Path)!, segments, invented.BytesOf(segments),
                new DriveInfo(folder.Path).AvailableFreeSpace));
        var started = Stopwatch.GetTimestamp();
        var costs = await invented.FillAsync(folder, segments, TimeProvider.System, done =>
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            progress.Show($"{done:N0} of {segments:N0} segments written, {done / elapsed.TotalSeconds:N0}/s", done, segments);
        }, cancel);
        var (seconds, disk) = (costs.Seconds.Values.Sum(), costs.Megabytes.Values.Sum());
        progress.Say(
            $"{segments:N0} segments written in {seconds:N1} s ({segments / seconds:N0}/s): {disk:N0} MB of disk, "
                + $"{ThisProcess.PeakMegabytes:N0} MB of memory at most");
        return costs;
    }

    /// <summary>How much disk an index takes, in words; refuses to begin one that cannot be finished.</summary>
    /// <exception cref="UserException">There is less than needed.</exception>
    internal static string Demand(string folder, int segments, long need, long free)
    {
        var demand = $"{segments:N0} segments take about {need / 1e6:N0} MB of disk in {folder}";
        return need <= free
            ? $"{demand}, removed at the end"
            : throw new UserException(
                $"{demand}, where {free / 1e6:N0} MB are free: ask for fewer --segments, or set TMPDIR to a folder with more");
    }

    private static Task AskAsync(SearchEngine engine, int clients, string[] texts, StageTimes? times, CancellationToken cancel)
    {
        // Clients are elsewhere: they ask at once, and do not wait for this process's pool to grow.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, clients + Environment.ProcessorCount), ports);
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var at && at < texts.Length)
                times?.Add(Total, (await engine.SearchAsync(texts[at], new(), cancel)).Elapsed);
        }, cancel)));
    }
}
