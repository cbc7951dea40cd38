using System.Text.Json;
using TcMgc.EndToEnd.Tests.Services;
using TcMgc.Stores.Tests.Qdrant.StandIn;
using TcMgc.Tests.Common.Kafka;

namespace TcMgc.EndToEnd.Tests;

/// <summary><c>tcmgc soak</c>, short; long with TCMGC_LONG=1 and TCMGC_SOAK_MINUTES.</summary>
public sealed class SoakTests(Workplace place, ITestOutputHelper output) : IClassFixture<Workplace>
{
    private const string OnlyLinux = "processes are stopped and counted as on Linux";
    private const int SessionSeconds = 10;

    [Fact]
    public async Task Ten_seconds_of_faults_break_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), OnlyLinux);
        var ended = await ProgramRun.RunAsync("soak", "--minutes", "0.17", "--seed", "3", "--model", place.Model, "--json");

        output.WriteLine(ended.Output);
        Assert.True(ended.Status == 0, ended.Output + ended.Errors);
        var report = JsonDocument.Parse(ended.Output).RootElement;
        Assert.True(report.GetProperty("passed").GetBoolean());
        Assert.NotEmpty(report.GetProperty("faults").EnumerateObject());
        Assert.False(report.TryGetProperty("folder", out _));
    }

    [Fact]
    public async Task Ctrl_C_ends_it_with_a_report_of_what_was_so_far()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), OnlyLinux);
        var file = place.New("report.json");
        using var run = ProgramRun.Start("soak", "--minutes", "0.1", "--model", place.Model, "--report", file);
        await run.LineAsync(" of 0:06: ");

        run.Interrupt();

        var ended = await run.EndAsync();
        Assert.Equal(130, ended.Status);
        Assert.Contains("interrupted", ended.Output, StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(await File.ReadAllBytesAsync(file)).RootElement.GetProperty("interrupted").GetBoolean());
    }

    /// <summary>On brokers that miss a member after ten seconds, and a vector index in this process.</summary>
    [LongFact]
    public async Task Services_lose_and_double_nothing()
    {
        var (minutes, seed) = (Variable("TCMGC_SOAK_MINUTES", "3"), Variable("TCMGC_SOAK_SEED", "1"));
        using var brokers = new TestBrokers(3, $"""
            group.consumer.session.timeout.ms={SessionSeconds}000
            group.consumer.min.session.timeout.ms={SessionSeconds}000
            group.consumer.min.heartbeat.interval.ms=1000
            group.consumer.heartbeat.interval.ms=2000
            """, mustBeOurs: true);
        Assert.SkipUnless(brokers.AreReal, "librdkafka's brokers create no topics");
        await using var qdrant = await QdrantStandIn.StartAsync();
        var folder = Directory.CreateTempSubdirectory("tcmgc-soak-").FullName;

        using var run = ProgramRun.Start("soak", "--minutes", minutes, "--seed", seed, "--model", place.Model,
            "--kafka", brokers.BootstrapServers, "--qdrant", qdrant.Url, "--session-timeout", $"{SessionSeconds}",
            "--folder", folder);
        var ended = await run.EndAsync(TimeSpan.FromHours(2));

        output.WriteLine(ended.Output);
        Assert.True(ended.Status == 0, ended.Output + ended.Errors);
        Directory.Delete(folder, recursive: true);
    }

    private static string Variable(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;
}
