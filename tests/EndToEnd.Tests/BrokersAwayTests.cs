using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using TcMgc.EndToEnd.Tests.Services;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;
using TcMgc.Tests.Common.Kafka;

namespace TcMgc.EndToEnd.Tests;

/// <summary>
/// Brokers that die or hang, as users and operators of the services see it. They are its own: other tests go on meanwhile.
/// </summary>
public sealed class BrokersAwayTests(Workplace place, ThreeBrokers brokers, ITestOutputHelper output)
    : IClassFixture<Workplace>, IClassFixture<ThreeBrokers>
{
    private const int Brokers = 3;

    /// <summary>What is promised of each answer, and of the return.</summary>
    private static readonly TimeSpan s_promised = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(200);

    private readonly KafkaServer? _server = brokers.Brokers.Server;

    [Fact]
    public async Task With_no_broker_left_changes_are_refused_in_20_seconds_search_goes_on_and_the_services_go_on_by_themselves()
    {
        Assert.SkipWhen(_server is null, "only brokers of our own are stopped");
        await using var cluster = await ServiceCluster.StartAsync(place, brokers);
        var (ingest, featurizer, search) = await cluster.AllAsync();
        ServeRun[] services = [ingest, featurizer, search];
        var video = await ServiceCluster.UploadAsync(ingest, TestClips.Distinct(8));
        await search.UntilAsync(video, "indexed");

        var other = TestClips.Distinct(9);
        brokers.Brokers.TakeAway(Brokers);
        try
        {
            var unready = Task.WhenAll(services.Select(service => UntilReadyAsync(service, HttpStatusCode.ServiceUnavailable)));
            var upload = RefusedAsync(() => UploadAsync(ingest, other));
            var rename = RefusedAsync(() => search.Http.PatchAsJsonAsync($"/api/v1/videos/{video}", new { title = "waves" }));
            var deletion = RefusedAsync(() => search.Http.DeleteAsync($"/api/v1/videos/{video}"));
            output.WriteLine($"unready after {Longest(await unready)}, upload refused after {Seconds(await upload)}, "
                + $"rename after {Seconds(await rename)}, deletion after {Seconds(await deletion)}");
            Assert.Equal(video, await FoundAsync(search));
        }
        finally
        {
            brokers.Brokers.BringBack(Brokers);
        }
        var back = Stopwatch.GetTimestamp();
        var ready = Task.WhenAll(services.Select(service => UntilReadyAsync(service, HttpStatusCode.OK)));
        var again = await IdAsync(await UntilTakenAsync(() => UploadAsync(ingest, other)));
        await search.UntilAsync(again, "indexed");
        var indexed = Stopwatch.GetElapsedTime(back);
        output.WriteLine(
            $"ready {Longest(await ready)} after the return, the refused upload given again is indexed after {Seconds(indexed)}");

        Assert.InRange(indexed, TimeSpan.Zero, s_promised);
        Assert.Equal(again, await IdAsync(await UploadAsync(ingest, other)));
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

    [Fact]
    public async Task With_any_one_of_three_brokers_frozen_or_one_killed_an_upload_is_answered_in_20_seconds_and_taken()
    {
        Assert.SkipWhen(_server is null, "only brokers of our own are frozen");
        await using var cluster = await ServiceCluster.StartAsync(place, brokers);
        var ingest = await cluster.IngestAsync();
        await ingest.UntilReadyzAsync();

        for (var broker = 1; broker <= Brokers; broker++)
            await UploadWhileAwayAsync(
                ingest, $"broker {broker} frozen", 4 * broker + 6, () => _server!.Freeze(broker), () => _server!.Thaw(broker));
        await UploadWhileAwayAsync(ingest, "broker 1 killed", 22, () => _server!.Kill(1), () => _server!.StartBroker(1));
        await ServiceCluster.StopAsync(ingest);
    }

    /// <summary>Uploads as many clips as each partition gets some of.</summary>
    private async Task UploadWhileAwayAsync(ServeRun ingest, string fault, int firstClip, Action takeAway, Action bringBack)
    {
        string[] clips = [.. Enumerable.Range(firstClip, 4).Select(clip => TestClips.Distinct(clip, 1))];
        takeAway();
        try
        {
            var uploads = await Task.WhenAll(clips.Select(clip => UntilTakenInTimeAsync(() => UploadAsync(ingest, clip))));
            output.WriteLine($"{fault}: {string.Join("; ", uploads)}");
        }
        finally
        {
            bringBack();
        }
    }

    private static async Task<HttpResponseMessage> UploadAsync(ServeRun ingest, string path)
    {
        using var content = new StreamContent(File.OpenRead(path));
        return await ingest.Http.PostAsync($"/api/v1/videos?name={Path.GetFileName(path)}", content);
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

    /// <summary>Asks until it is granted, and each time is answered in time; says what the answers were.</summary>
    private static async Task<string> UntilTakenInTimeAsync(Func<Task<HttpResponseMessage>> request)
    {
        for (var answers = ""; ; answers += ", ")
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await request();
            var took = Stopwatch.GetElapsedTime(started);
            Assert.InRange(took, TimeSpan.Zero, s_promised);
            answers += $"{(int)answer.StatusCode} after {Seconds(took)}";
            if (answer.StatusCode == HttpStatusCode.Accepted)
                return answers;
            Assert.NotNull(answer.Headers.RetryAfter);
        }
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
