using System.Text.Json;

namespace TcMgc.Cli.Tests;

[Collection(ConsoleCollection.Name)]
public sealed class BenchSearchCommandTests
{
    private static readonly string[] s_stages = ["text", "candidates", "fetch", "score", "total"];

    [Fact]
    public async Task Every_stage_of_search_is_measured_for_each_number_of_clients()
    {
        var (status, output, errors) = await CommandRun.Of("bench", "search", "--segments", "200", "--clients", "1", "2", "--queries", "5",
            "--model", Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny"), "--json");

        Assert.True(status == 0, errors);
        using var report = JsonDocument.Parse(output);
        JsonElement[] speeds = [.. report.RootElement.EnumerateArray()];
        Assert.Equal([(200, 1, 5), (200, 2, 5)], speeds.Select(speed => (Int(speed, "segments"), Int(speed, "clients"), Int(speed, "queries"))));
        foreach (var speed in speeds)
        {
            Assert.Equal(s_stages, speed.GetProperty("stages").EnumerateObject().Select(stage => stage.Name));
            foreach (var stage in speed.GetProperty("stages").EnumerateObject())
                Assert.True(0 < Number(stage.Value, "p50") && Number(stage.Value, "p50") <= Number(stage.Value, "p95") && Number(stage.Value, "p95") <= Number(stage.Value, "p99"));
            Assert.True(Number(speed, "queriesPerSecond") > 0 && Number(speed, "firstMilliseconds") > 0);
            Assert.InRange(Number(speed, "managedMegabytes"), 0.1, Number(speed, "workingSetMegabytes"));
        }
    }

    [Fact]
    public async Task A_size_out_of_range_is_refused_with_the_range()
    {
        var (status, _, errors) = await CommandRun.Of("bench", "search", "--segments", "1000", "0");

        Assert.Equal(2, status);
        Assert.Contains("--segments is 0; it must be from 1 to 10000000", errors, StringComparison.Ordinal);
    }

    private static int Int(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    private static double Number(JsonElement of, string name) => of.GetProperty(name).GetDouble();
}
