using System.Diagnostics;
using System.Net.Http.Json;
using TcMgc.EndToEnd.Tests.Services;
using TcMgc.Stores.Tests.Qdrant.StandIn;

namespace TcMgc.EndToEnd.Tests;

/// <summary>Qdrant is there but does not answer. Alone: its times are promises, and other tests would make them longer.</summary>
[CollectionDefinition(nameof(QdrantFrozenTests), DisableParallelization = true)]
[Collection(nameof(QdrantFrozenTests))]
public sealed class QdrantFrozenTests(Workplace place, ITestOutputHelper output) : IClassFixture<Workplace>
{
    private static readonly TimeSpan s_search = TimeSpan.FromSeconds(5), s_readiness = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_frozen_Qdrant_makes_a_search_503_within_5_seconds_and_readiness_within_2_and_both_recover()
    {
        await using var qdrant = await QdrantStandIn.StartAsync();
        await using var way = new Forwarder(new(qdrant.Url));
        using var run = await ServeRun.StartAsync(place, place.New("data"), "Vectors=qdrant", $"Qdrant:Url={way.Url}");
        await run.UntilAsync(await ServiceCluster.UploadAsync(run, TestClips.Distinct(0, 2)), "indexed");
        using (var sound = await SearchAsync(run))
            Assert.Equal(1, (await ServeRun.JsonAsync(sound)).GetProperty("results").GetArrayLength());
        await run.UntilReadyzAsync();

        way.Freeze();
        var started = Stopwatch.GetTimestamp();
        var ready = await run.ReadyzAsync("stores");
        var readiness = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        using var found = await SearchAsync(run);
        var search = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"frozen: readiness after {readiness.TotalSeconds:F2} s, search after {search.TotalSeconds:F2} s");

        Assert.Contains($"Qdrant at {way.Url}", ready, StringComparison.Ordinal);
        Assert.Contains($"Qdrant at {way.Url}", await ServeRun.UnavailableAsync(found), StringComparison.Ordinal);
        Assert.True(readiness < s_readiness && search < s_search, $"readiness {readiness}, search {search}");

        way.Thaw();
        started = Stopwatch.GetTimestamp();
        await run.UntilReadyzAsync();
        readiness = Stopwatch.GetElapsedTime(started);
        using var again = await UntilFoundAsync(run);
        search = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"thawed: ready after {readiness.TotalSeconds:F2} s, search after {search.TotalSeconds:F2} s");
        Assert.Equal(1, (await ServeRun.JsonAsync(again)).GetProperty("results").GetArrayLength());
    }

    private static Task<HttpResponseMessage> SearchAsync(ServeRun run) =>
        run.Http.PostAsJsonAsync("/api/v1/search", new { text = "a pattern" });

    private static async Task<HttpResponseMessage> UntilFoundAsync(ServeRun run)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        for (; ; await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token))
            if (await SearchAsync(run) is { IsSuccessStatusCode: true } found)
                return found;
    }
}
