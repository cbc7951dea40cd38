using System.Text.Json;
using TcMgc.Cli.Benchmarks;
using TcMgc.Model.Store;
using TcMgc.Shared;

namespace TcMgc.Cli.Tests;

public sealed class BenchSearchCommandTests
{
    private static readonly string[] s_stages = ["text", "names", "candidates", "fetch", "score", "total"];
    private static readonly string[] s_steps = ["invent", "index", "catalog"];
    private static readonly string[] s_parts = ["catalog", "colours", "features", "frames", "logs", "other", "rest", "vectors"];

    [Fact]
    public async Task Every_stage_of_search_is_measured_for_each_number_of_clients()
    {
        var (status, output, errors) =
            await CommandRun.Of("bench", "search", "--segments", "200", "--clients", "1", "2", "--queries", "5",
            "--model", Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny"), "--json");

        Assert.True(status == 0, errors);
        using var report = JsonDocument.Parse(output);
        JsonElement[] speeds = [.. report.RootElement.EnumerateArray()];
        Assert.Equal(
            [(200, 1, 5), (200, 2, 5)],
            speeds.Select(speed => (Int(speed, "segments"), Int(speed, "clients"), Int(speed, "queries"))));
        foreach (var speed in speeds)
        {
            Assert.Equal(s_stages, speed.GetProperty("stages").EnumerateObject().Select(stage => stage.Name));
            foreach (var stage in speed.GetProperty("stages").EnumerateObject())
                Assert.True(0 < Number(stage.Value, "p50") && Number(stage.Value, "p50") <= Number(stage.Value, "p95")
                    && Number(stage.Value, "p95") <= Number(stage.Value, "p99"));
            var scan = speed.GetProperty("scan");
            Assert.Equal(200 * (128 + 20) / 1e6, Number(scan, "megabytes"), 9);
            Assert.Equal(Number(scan, "megabytes") / Number(scan, "milliseconds"), Number(scan, "gigabytesPerSecond"), 9);
            Assert.Equal(
                Number(scan, "gigabytesPerSecond") / Number(scan, "copyGigabytesPerSecond"), Number(scan, "ratio"), 9);
            Assert.True(Number(speed, "queriesPerSecond") > 0 && Number(speed, "firstMilliseconds") > 0);
            Assert.InRange(Number(speed, "managedMegabytes"), 0.1, Number(speed, "workingSetMegabytes"));
            Assert.True(Number(speed, "peakMegabytes") >= Number(speed, "workingSetMegabytes") / 2
                && Number(speed, "diskMegabytes") > 1 && Number(speed, "fillSeconds") > 0);
        }
        Assert.Contains("200 segments take about 18 MB of disk in", errors, StringComparison.Ordinal);
        Assert.Contains("200 of 200 segments written", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_and_bytes_of_filling_the_index_are_reported_by_part()
    {
        var (status, output, errors) = await Tiny("--segments", "100", "--json");

        Assert.True(status == 0, errors);
        using var report = JsonDocument.Parse(output);
        var speed = report.RootElement[0];
        var (seconds, megabytes) = (Parts(speed, "seconds"), Parts(speed, "megabytes"));
        Assert.Equal(s_steps, seconds.Keys);
        Assert.All(seconds.Values, one => Assert.True(one > 0));
        Assert.Equal(Number(speed, "fillSeconds"), seconds.Values.Sum(), 6);
        Assert.Equal(s_parts, megabytes.Keys.Order());
        Assert.All(megabytes.Values, one => Assert.True(one > 0));
        Assert.Equal(Number(speed, "diskMegabytes"), megabytes.Values.Sum(), 6);
        // 100 segments of 8 frames with 128 values: half precision, but for the two vectors.
        Assert.Equal(0.2048, megabytes["frames"], 6);
        Assert.Equal(0.2048, megabytes["features"], 6);
        Assert.Equal(0.1024, megabytes["vectors"], 6);
        Assert.Equal(0.1536, megabytes["colours"], 6);
    }

    [Fact]
    public async Task The_table_has_one_line_per_part_of_filling_for_any_number_of_clients()
    {
        var (status, output, errors) = await Tiny("--segments", "100", "--clients", "1", "2");

        Assert.True(status == 0, errors);
        var lines = output.Split('\n');
        foreach (var step in s_steps)
            Assert.Single(lines, line => Says(line, step, " µs"));
        foreach (var part in s_parts)
            Assert.Single(lines, line => Says(line, part, " B"));
        Assert.Single(lines, line => Says(line, "frames", " 0.2 MB       2,048 B"));

        static bool Says(string line, string part, string end) =>
            line.StartsWith($"      100  {part} ", StringComparison.Ordinal) && line.EndsWith(end, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_that_does_not_fit_on_the_disk_is_refused_at_the_start()
    {
        var error = Assert.Throws<UserException>(
            () => SearchBenchmark.Demand("/scratch", 1_000_000, need: 7_700_000_000, free: 5_000_000_000));

        Assert.Equal(
            "1,000,000 segments take about 7,700 MB of disk in /scratch, where 5,000 MB are free: ask for fewer --segments, or "
                + "set TMPDIR to a folder with more", error.Message);
        Assert.Equal("10 segments take about 1 MB of disk in /scratch, removed at the end",
            SearchBenchmark.Demand("/scratch", 10, 1_000_000, 1_000_000));
    }

    [Fact]
    public async Task An_interrupted_benchmark_removes_its_files()
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "tcmgc-bench-*");
        using var model = ModelFolder.Find("tiny", Path.Combine(SharedFolder.RepositoryRoot, "models")).Load(new());
        using var interrupt = new CancellationTokenSource();
        var progress = new Progress(TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            var running = SearchBenchmark.RunAsync(model, 1_000_000, [1], 1, new(), progress, interrupt.Token);
            await interrupt.CancelAsync();
            await running;
        });

        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "tcmgc-bench-*").Except(before));
    }

    [Fact]
    public async Task A_size_out_of_range_is_refused_with_the_range()
    {
        var (status, _, errors) = await CommandRun.Of("bench", "search", "--segments", "1000", "0");

        Assert.Equal(2, status);
        Assert.Contains("--segments is 0; it must be from 1 to 10000000", errors, StringComparison.Ordinal);
    }

    private static Task<Ended> Tiny(params string[] options) => CommandRun.Of(
        ["bench", "search", "--model", Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny"), "--queries", "1",
            .. options]);

    private static Dictionary<string, double> Parts(JsonElement speed, string name) =>
        speed.GetProperty("fill").GetProperty(name).EnumerateObject()
            .ToDictionary(part => part.Name, part => part.Value.GetDouble());

    private static int Int(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    private static double Number(JsonElement of, string name) => of.GetProperty(name).GetDouble();
}
