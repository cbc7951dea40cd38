using System.Diagnostics;
using TcMgc.EndToEnd.Tests.Services;
using TcMgc.Stores;
using TcMgc.Stores.Tests.Qdrant.StandIn;

namespace TcMgc.EndToEnd.Tests;

/// <summary>Qdrant goes away for a minute while videos are uploaded. The minute is a real one.</summary>
public sealed class QdrantOutageTests(Workplace place, ITestOutputHelper output) : IClassFixture<Workplace>
{
    private static readonly TimeSpan s_outage = TimeSpan.FromSeconds(60), s_recovery = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Videos_that_come_while_Qdrant_is_away_for_a_minute_wait_and_are_indexed_by_themselves()
    {
        await using var qdrant = await StartAsync();
        var data = place.New("data");
        using var run = await ServeRun.StartProcessAsync(place, data, "Vectors=qdrant", $"Qdrant:Url={qdrant.Url}");

        await qdrant.StopAsync();
        var gone = Stopwatch.GetTimestamp();
        var videos = new List<string>();
        for (var clip = 0; clip < 3; clip++)
            videos.Add(await ServiceCluster.UploadAsync(run, TestClips.Distinct(clip, 2)));
        await run.UntilReadyzAsync("outages", $"Qdrant at {qdrant.Url} does not answer");
        var told = Stopwatch.GetElapsedTime(gone);
        await Task.Delay(s_outage - told);

        foreach (var video in videos)
            Assert.False((await run.UntilAsync(video, "decoded")).TryGetProperty("failure", out _));

        await qdrant.RestartAsync();
        var back = Stopwatch.GetTimestamp();
        foreach (var video in videos)
            Assert.False((await run.UntilAsync(video, "indexed")).TryGetProperty("failure", out _));
        var indexed = Stopwatch.GetElapsedTime(back);
        await run.UntilReadyzAsync();
        output.WriteLine($"unready with the reason {told.TotalSeconds:F1} s after Qdrant went; "
            + $"away for {s_outage.TotalSeconds:F0} s; all videos indexed {indexed.TotalSeconds:F1} s after it came back");

        run.Terminate();
        var ended = await run.EndAsync();
        Assert.True(ended.Status == 0, ended.Errors);
        Assert.Single(
            ended.ErrorLines, line => line.Contains($"a store is away: Qdrant at {qdrant.Url}", StringComparison.Ordinal));
        Assert.Single(ended.ErrorLines, line => line.Contains("is back after", StringComparison.Ordinal));
        using (var stores = await DataFolder.OpenExistingAsync(data, TimeProvider.System, default))
            Assert.Empty(await stores.Events.DeadLettersAsync(default).ToListAsync());
        Assert.True(indexed <= s_recovery, $"all videos were indexed {indexed} after Qdrant came back");
    }

    /// <summary>On a port that no outgoing connection of this machine takes while the server is away.</summary>
    private static async Task<QdrantStandIn> StartAsync()
    {
        while (true)
            try
            {
                return await QdrantStandIn.StartAsync(Random.Shared.Next(20_000, 32_000));
            }
            catch (IOException)
            {
                // Somebody listens there.
            }
    }
}
