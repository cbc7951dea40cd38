using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcMgc.EndToEnd.Tests.Services;
using TcMgc.Shared.Events;

namespace TcMgc.EndToEnd.Tests;

/// <summary>Asked to stop, a service ends what is under way: nothing is lost, and nothing is done again.</summary>
[Collection(ServiceTests.Name)]
public sealed class ServeDrainTests(Workplace place, OneBroker brokers) : IClassFixture<Workplace>
{
    private const int Clips = 10;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10), s_glance = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Each_service_stopped_at_work_and_started_again_loses_and_doubles_nothing_and_answers_what_it_was_asked()
    {
        await using var cluster = await ServiceCluster.StartAsync(place, brokers);
        var (ingestData, featurizerData) = (cluster.NewData(), cluster.NewData());
        var (ingest, featurizer, search) = await cluster.AllAsync(ingestData, featurizerData);
        foreach (var clip in Enumerable.Range(0, Clips).Select(index => TestClips.Distinct(index)))
            await ServiceCluster.UploadAsync(ingest, clip);

        await UntilAsync(search, 1, "decoded", "indexed");
        await ServiceCluster.StopAsync(ingest);
        ingest = await cluster.IngestAsync(ingestData);
        await UntilAsync(search, 3, "indexed");
        await ServiceCluster.StopAsync(featurizer);
        featurizer = await cluster.FeaturizerAsync(featurizerData);
        await UntilAsync(search, Clips, "indexed");
        await StopWhileItIsAskedAsync(search);
        await ServiceCluster.StopAsync(ingest, featurizer);

        var events = await cluster.EventsAsync();
        Assert.Equal([Topics.Decoded, Topics.Indexed, Topics.Uploaded],
            events.Select(happened => happened.Topic).Distinct().Order(StringComparer.Ordinal));
        foreach (var topic in events.GroupBy(happened => happened.Topic))
            Assert.Equal((Clips, Clips), (topic.Count(), topic.Select(happened => happened.VideoId).Distinct().Count()));
    }

    private static async Task StopWhileItIsAskedAsync(ServeRun search)
    {
        var image = await File.ReadAllBytesAsync(TestClips.Still(TestClips.Distinct(1), 2.4));
        using var begun = new SlowContent(
            JsonSerializer.SerializeToUtf8Bytes(new { image, top = 1 }))
        { Headers = { ContentType = new("application/json") } };

        var answer = search.Http.PostAsync("/api/v1/search", begun);
        await begun.HalfSent;
        search.Terminate();
        begun.SendRest();

        using var answered = await answer;
        var ended = await search.EndAsync();
        Assert.True((answered.StatusCode, ended.Status) == (HttpStatusCode.OK, 0), $"{answered.StatusCode}: {ended.Errors}");
        Assert.Equal(1, (await ServeRun.JsonAsync(answered)).GetProperty("results").GetArrayLength());
    }

    /// <summary>A body whose second half waits.</summary>
    private sealed class SlowContent(byte[] body) : HttpContent
    {
        private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously),
            _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HalfSent => _half.Task;

        public void SendRest() => _rest.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, body.Length / 2));
            await stream.FlushAsync();
            _half.TrySetResult();
            await _rest.Task;
            await stream.WriteAsync(body.AsMemory(body.Length / 2));
        }

        protected override bool TryComputeLength(out long length) => (length = body.Length) >= 0;
    }

    private static async Task UntilAsync(ServeRun search, int videos, params string[] states)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while ((await search.Http.GetFromJsonAsync<JsonElement>("/api/v1/videos", limit.Token)).GetProperty("videos")
            .EnumerateArray()
            .Count(video => states.Contains(video.GetProperty("state").GetString())) < videos)
            await Task.Delay(s_glance, limit.Token);
    }
}
