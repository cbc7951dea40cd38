using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using TcMgc.EndToEnd.Tests.Services;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;
using TcMgc.Tests.Common.Kafka;

namespace TcMgc.EndToEnd.Tests;

/// <summary>No broker is left, as users and operators of the services see it.</summary>
[Collection(ServiceTests.Name)]
public sealed class BrokersAwayTests(Workplace place, OneBroker brokers, ITestOutputHelper output) : IClassFixture<Workplace>
{
    /// <summary>What is promised of each answer, and of the return.</summary>
    private static readonly TimeSpan s_promised = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task With_no_broker_left_changes_are_refused_in_20_seconds_search_goes_on_and_the_services_go_on_by_themselves()
    {
        Assert.SkipWhen(brokers.Brokers.Server is null, "only brokers of our own are stopped");
        await using var cluster = await ServiceCluster.StartAsync(place, brokers);
        var (ingest, featurizer, search) = await cluster.AllAsync();
        ServeRun[] services = [ingest, featurizer, search];
        var video = await ServiceCluster.UploadAsync(ingest, TestClips.Distinct(8));
        await search.UntilAsync(video, "indexed");

        var other = TestClips.Distinct(9);
        brokers.Brokers.TakeAway(1);
        try
        {
            var unready = Task.WhenAll(services.Select(service => UntilReadyAsync(service, HttpStatusCode.ServiceUnavailable)));
            var upload = RefusedAsync(() => ingest.UploadAsync(other));
            var rename = RefusedAsync(() => search.Http.PatchAsJsonAsync($"/api/v1/videos/{video}", new { title = "waves" }));
            var deletion = RefusedAsync(() => search.Http.DeleteAsync($"/api/v1/videos/{video}"));
            output.WriteLine($"unready after {Longest(await unready)}, upload refused after {Seconds(await upload)}, "
                + $"rename after {Seconds(await rename)}, deletion after {Seconds(await deletion)}");
            Assert.Equal(video, await FoundAsync(search));
        }
        finally
        {
            brokers.Brokers.BringBack(1);
        }
        var back = Stopwatch.GetTimestamp();
        var ready = Task.WhenAll(services.Select(service => UntilReadyAsync(service, HttpStatusCode.OK)));
        var again = await IdAsync(await UntilTakenAsync(() => ingest.UploadAsync(other)));
        await search.UntilAsync(again, "indexed");
        var indexed = Stopwatch.GetElapsedTime(back);
        output.WriteLine(
            $"ready {Longest(await ready)} after the return, the refused upload given again is indexed after {Seconds(indexed)}");

        Assert.InRange(indexed, TimeSpan.Zero, s_promised);
        Assert.Equal(again, await IdAsync(await ingest.UploadAsync(other)));
        Assert.Equal(2, (await search.UntilListedAsync(2)).Length);
        Assert.Single((await cluster.EventsAsync()).OfType<VideoIndexed>(), one => one.VideoId.ToString() == again);
        foreach (var service in services)
        {
            service.Terminate();
            var ended = await service.EndAsync();
            Assert.Equal(0, ended.Status);
            Assert.Single(ended.Errors.Split('\n'), line => line.Contains("a store is away: Kafka at", StringComparison.Ordinal));
            Assert.Single(ended.Errors.Split('\n'), line => line.Contains(" is back after", StringComparison.Ordinal));
        }
    }

    private static async Task<string> IdAsync(HttpResponseMessage answer) =>
        (await ServeRun.JsonAsync(answer, answer.StatusCode)).GetProperty("id").GetString()!;

    /// <summary>How long a request took to be refused with when to come again.</summary>
    private static async Task<TimeSpan> RefusedAsync(Func<Task<HttpResponseMessage>> request)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await request();
        var took = Stopwatch.GetElapsedTime(started);
        Assert.Equal("unavailable", await ServeRun.ProblemAsync(answer, HttpStatusCode.ServiceUnavailable));
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.InRange(took, TimeSpan.Zero, s_promised);
        return took;
    }

    /// <summary>Asks again, as a client does that was told to come later.</summary>
    private static async Task<HttpResponseMessage> UntilTakenAsync(Func<Task<HttpResponseMessage>> request)
    {
        for (; ; await Task.Delay(s_glance))
            if (await request() is { IsSuccessStatusCode: true } answer)
                return answer;
    }

    /// <summary>How long it took until a service was ready, or said that Kafka is why it is not.</summary>
    private static async Task<TimeSpan> UntilReadyAsync(ServeRun service, HttpStatusCode status)
    {
        var started = Stopwatch.GetTimestamp();
        for (; ; await Task.Delay(s_glance))
        {
            using var answer = await service.Http.GetAsync("/readyz");
            var took = Stopwatch.GetElapsedTime(started);
            var reasons = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode == status
                && (status == HttpStatusCode.OK || reasons.Contains("Kafka at", StringComparison.Ordinal)))
                return took;
            Assert.True(took < s_promised, reasons);
        }
    }

    private static async Task<string?> FoundAsync(ServeRun search)
    {
        var image = await File.ReadAllBytesAsync(TestClips.Still(TestClips.Distinct(8), 4.6));
        var found = await ServeRun.JsonAsync(await search.Http.PostAsJsonAsync("/api/v1/search", new { image, top = 1 }));
        return found.GetProperty("results")[0].GetProperty("video").GetString();
    }

    private static string Longest(IEnumerable<TimeSpan> times) => Seconds(times.Max());

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:F1} s";
}
