using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcMgc.EndToEnd.Tests.Services;

namespace TcMgc.EndToEnd.Tests;

/// <summary>
/// Ingest, Featurizer and Search as processes of their own, with Kafka's protocol between them and the vectors elsewhere.
/// </summary>
[Collection(ServiceTests.Name)]
public sealed class ServeServicesTests(Workplace place, OneBroker brokers, ITestOutputHelper output)
    : IClassFixture<Workplace>
{
    /// <summary>With TCMGC_LONG=1 thirty, else twelve.</summary>
    private static readonly int s_clips = LongTests.Enabled ? 30 : 12;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10), s_glance = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Clips_uploaded_to_one_service_are_encoded_by_another_and_found_by_stills_and_removed_by_a_third()
    {
        await using var cluster = await ServiceCluster.StartAsync(place, brokers);
        var (ingest, featurizer, search) = await cluster.AllAsync();
        string[] clips = SharedFolder.Root is null
            ? [.. Enumerable.Range(0, s_clips).Select(index => TestClips.Distinct(index))]
            : [.. Directory.EnumerateFiles(SharedFolder.Path("videos", "clips")).Order(StringComparer.Ordinal).Take(s_clips)];

        var started = Stopwatch.GetTimestamp();
        var videos = await Task.WhenAll(clips.Select(clip => ServiceCluster.UploadAsync(ingest, clip)));
        var uploaded = Stopwatch.GetElapsedTime(started);
        var searchable = await UntilSearchableAsync(search, clips.Length);

        var ordered = searchable.Values.Order().ToList();
        output.WriteLine($"{clips.Length} clips uploaded at once in {uploaded.TotalSeconds:F1} s; upload to searchable: "
            + $"p50 {ordered[ordered.Count / 2]:F1} s, p95 {ordered[(int)(0.95 * (ordered.Count - 1))]:F1} s, all after "
            + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        Assert.Equal(videos.Order(StringComparer.Ordinal), searchable.Keys.Order(StringComparer.Ordinal));
        var wrong = new List<string>();
        foreach (var (clip, video) in clips.Zip(videos))
            if (await FoundAsync(search, clip, 1.4) != video)
                wrong.Add(Path.GetFileName(clip));
        output.WriteLine($"stills that find another clip: {wrong.Count} ({string.Join(", ", wrong)})");
        Assert.True(wrong.Count <= s_clips / 10, string.Join(", ", wrong)); // The model's weights are random.

        var removed = videos[0];
        Assert.Equal(HttpStatusCode.NoContent, (await search.Http.DeleteAsync($"/api/v1/videos/{removed}")).StatusCode);
        Assert.NotEqual(removed, await FoundAsync(search, clips[0], 1.4));
        var told = await ServeRun.JsonAsync(
            await search.Http.PostAsJsonAsync("/api/v1/search", new { text = "a pattern", top = videos.Length, threshold = 0 }));
        Assert.Equal(videos[1..].Order(StringComparer.Ordinal), told.GetProperty("results").EnumerateArray()
            .Select(result => result.GetProperty("video").GetString()!).Order(StringComparer.Ordinal));
        var late = await cluster.SearchAsync(); // Its catalog replays what happened to each video.
        Assert.Equal(
            videos[1..].Order(StringComparer.Ordinal), (await ListedUntilReadyAsync(late)).Order(StringComparer.Ordinal));
        await ServiceCluster.StopAsync(ingest, featurizer, search, late);
    }

    /// <summary>Every video that a service lists until it is ready, and then.</summary>
    private static async Task<HashSet<string>> ListedUntilReadyAsync(ServeRun search)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var limit = new CancellationTokenSource(s_patience);
        while (true)
        {
            using var ready = await search.Http.GetAsync("/readyz", limit.Token);
            using var list = await search.Http.GetAsync("/api/v1/videos", limit.Token);
            if (list.StatusCode == HttpStatusCode.ServiceUnavailable)
                continue;
            var videos = (await ServeRun.JsonAsync(list)).GetProperty("videos");
            seen.UnionWith(videos.EnumerateArray().Select(video => video.GetProperty("id").GetString()!));
            if (ready.StatusCode == HttpStatusCode.OK)
                return seen;
        }
    }

    private static async Task<string?> FoundAsync(ServeRun search, string clip, double time)
    {
        var image = await File.ReadAllBytesAsync(TestClips.Still(clip, time));
        var found = await ServeRun.JsonAsync(await search.Http.PostAsJsonAsync("/api/v1/search", new { image, top = 1 }));
        return found.GetProperty("results")[0].GetProperty("video").GetString();
    }

    /// <summary>Seconds from each video's upload until it was seen to be searchable.</summary>
    private static async Task<Dictionary<string, double>> UntilSearchableAsync(ServeRun search, int count)
    {
        var searchable = new Dictionary<string, double>(StringComparer.Ordinal);
        using var limit = new CancellationTokenSource(s_patience);
        for (; searchable.Count < count; await Task.Delay(s_glance, limit.Token))
            foreach (var video in (await search.Http.GetFromJsonAsync<JsonElement>("/api/v1/videos", limit.Token)).GetProperty(
                "videos").EnumerateArray())
            {
                Assert.NotEqual("failed", video.GetProperty("state").GetString());
                if (video.GetProperty("state").GetString() == "indexed")
                    searchable.TryAdd(video.GetProperty("id").GetString()!,
                        (TimeProvider.System.GetUtcNow() - video.GetProperty("uploadedAt").GetDateTimeOffset()).TotalSeconds);
            }
        return searchable;
    }
}
