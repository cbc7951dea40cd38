using System.Net;
using System.Net.Http.Json;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events.Kafka;
using TcMgc.Shared.Tests.Vectors.Qdrant.StandIn;

namespace TcMgc.EndToEnd.Tests;

/// <summary>Ingest, Featurizer and Search as processes of their own, with Kafka's protocol between them and the vectors elsewhere.</summary>
public sealed class ServeServicesTests(Workplace place) : IClassFixture<Workplace>
{
    /// <summary>What the workplace's model takes.</summary>
    private const int FrameSide = 64;

    [Fact]
    public async Task A_clip_uploaded_to_one_service_is_encoded_by_another_and_found_and_removed_by_a_third()
    {
        using var brokers = new MockBrokers(3);
        foreach (var topic in Topics.All.Append(Topics.Dead))
            brokers.CreateTopic(topic, 3);
        await using var vectors = await QdrantStandIn.StartAsync();
        string[] stores =
        [
            "Events=kafka", $"Kafka:BootstrapServers={brokers.BootstrapServers}", "Kafka:Timeout=00:02:00",
            "Vectors=qdrant", $"Qdrant:Url={vectors.Url}", $"Blobs={place.New("blobs")}",
        ];
        string[] model = [$"Model={place.Model}"];
        using var ingest = await ServeRun.StartServiceAsync("TcMgc.Ingest.dll", [.. stores, $"Data={place.New("ingest")}", $"Decode:FrameSide={FrameSide}"]);
        using var featurizer = await ServeRun.StartServiceAsync("TcMgc.Featurizer.dll", [.. stores, .. model, $"Data={place.New("featurizer")}"]);
        using var search = await ServeRun.StartServiceAsync("TcMgc.Search.dll", [.. stores, .. model, $"Data={place.New("search")}"]);
        var clip = TestClips.Distinct(8);

        var video = (await ServeRun.JsonAsync(
            await ingest.Http.PostAsync("/api/videos?name=clip.mp4", new ByteArrayContent(await File.ReadAllBytesAsync(clip))), HttpStatusCode.Accepted)).GetProperty("id").GetString()!;
        await search.UntilAsync(video, "indexed");

        using var still = new ByteArrayContent(await File.ReadAllBytesAsync(TestClips.Still(clip, 4.6)));
        var found = await ServeRun.JsonAsync(await search.Http.PostAsync("/api/search/image?top=1", still));
        Assert.Equal(video, found.GetProperty("results")[0].GetProperty("video").GetString());

        Assert.Equal(HttpStatusCode.NoContent, (await search.Http.DeleteAsync($"/api/videos/{video}")).StatusCode);
        Assert.Equal(0, (await ServeRun.JsonAsync(await search.Http.PostAsJsonAsync("/api/search", new { text = "a pattern" }))).GetProperty("results").GetArrayLength());
        ServeRun[] all = [ingest, featurizer, search];
        foreach (var service in all)
            service.Terminate();
        foreach (var service in all)
        {
            var ended = await service.EndAsync();
            Assert.True(ended.Status == 0, ended.Errors);
        }
    }
}
