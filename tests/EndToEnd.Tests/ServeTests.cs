using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.EndToEnd.Tests;

/// <summary><c>tcmgc serve</c>, spoken to over HTTP.</summary>
public sealed class ServeTests(Workplace place) : IClassFixture<Workplace>
{
    [Fact]
    public async Task A_clip_becomes_searchable_plays_is_removed_and_the_service_ends_with_0()
    {
        var (data, clip) = (place.New("data"), TestClips.Distinct(3));
        using var run = await ServeRun.StartProcessAsync(place, data);
        var http = run.Http;
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz")).StatusCode);

        var video = await GiveAsync(data, clip);
        var indexed = await run.UntilAsync(video.ToString(), "indexed");

        Assert.Equal(8, indexed.GetProperty("frames").GetInt32());
        Assert.All(
            indexed.GetProperty("stages").EnumerateArray(), stage => Assert.True(stage.GetProperty("seconds").GetDouble() > 0));
        Assert.NotEqual(0, indexed.GetProperty("segments").GetArrayLength());

        var bySentence =
            (await AnswerAsync(
                await http.PostAsJsonAsync("/api/v1/search", new { text = "a coloured pattern", explain = true }))).Single();
        Assert.Equal(video.ToString(), bySentence.GetProperty("video").GetString());
        Assert.Equal(4, bySentence.GetProperty("segments")[0].GetProperty("explanation")
            .GetProperty("texts")[0].GetProperty("contrasts").GetArrayLength());

        var image = await File.ReadAllBytesAsync(TestClips.Still(clip, 4.6));
        var byStill = (await AnswerAsync(await http.PostAsJsonAsync("/api/v1/search", new { image, top = 1 }))).Single();
        Assert.Equal(video.ToString(), byStill.GetProperty("video").GetString());

        var player = bySentence.GetProperty("source").GetString();
        using var part = new HttpRequestMessage(HttpMethod.Get, player) { Headers = { Range = new RangeHeaderValue(10, 19) } };
        using var played = await http.SendAsync(part);
        Assert.Equal(
            (HttpStatusCode.PartialContent, "video/mp4"), (played.StatusCode, played.Content.Headers.ContentType?.MediaType));
        Assert.Equal((await File.ReadAllBytesAsync(clip))[10..20], await played.Content.ReadAsByteArrayAsync());

        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync($"/api/v1/videos/{video}")).StatusCode);
        Assert.Empty(await AnswerAsync(await http.PostAsJsonAsync("/api/v1/search", new { text = "a coloured pattern" })));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(player)).StatusCode);

        run.Terminate();
        var ended = await run.EndAsync();
        Assert.True(ended.Status == 0, ended.Errors);
        Assert.Empty(IndexContents.Blobs(data));
    }

    [Fact]
    public async Task A_file_that_is_no_video_fails_with_its_reason_and_nothing_stops()
    {
        var (data, file) = (place.New("data"), place.New("notes.mp4"));
        await File.WriteAllTextAsync(file, "no video");
        using var run = await ServeRun.StartProcessAsync(place, data);

        var failed = await run.UntilAsync((await GiveAsync(data, file)).ToString(), "failed");

        Assert.Equal("decode", failed.GetProperty("failure").GetProperty("stage").GetString());
        Assert.NotEmpty(failed.GetProperty("failure").GetProperty("reason").GetString()!);
        run.Interrupt();
        Assert.Equal(0, (await run.EndAsync()).Status);
    }

    [Fact]
    public async Task Beside_a_running_service_videos_are_removed_and_another_one_is_told_that_its_port_is_taken()
    {
        var (data, clip) = (place.New("data"), TestClips.Distinct(4));
        using var run = await ServeRun.StartAsync(place, data);
        var video = (await GiveAsync(data, clip)).ToString();
        await run.UntilAsync(video, "indexed");

        var removed = await ProgramRun.RunAsync("remove", video, "--data", data);
        var second = await CommandRun.Of(
            "serve", "--data", place.New("data"), "--model", place.Model, "--port", $"{run.Http.BaseAddress!.Port}");

        Assert.True(removed.Status == 0, removed.Errors);
        Assert.Empty(await AnswerAsync(await run.Http.PostAsJsonAsync("/api/v1/search", new { text = "a coloured pattern" })));
        Assert.Equal(HttpStatusCode.NotFound, (await run.Http.GetAsync($"/api/v1/videos/{video}")).StatusCode);
        Assert.Equal(1, second.Status);
        Assert.Contains("is taken: another program listens there", Assert.Single(second.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_is_taken_while_videos_come_in_is_restored_whole()
    {
        var (data, saved, restored) = (place.New("data"), place.New("saved"), place.New("restored"));
        using var run = await ServeRun.StartAsync(place, data);
        using var first = await run.UploadAsync(TestClips.Distinct(0));
        var id = (await ServeRun.JsonAsync(first, HttpStatusCode.Accepted)).GetProperty("id").GetString()!;
        await run.UntilAsync(id, "indexed");

        var coming = Task.WhenAll(Enumerable.Range(1, 4).Select(clip => run.UploadAsync(TestClips.Distinct(clip))));
        var backup = await ProgramRun.RunAsync("backup", saved, "--data", data);
        await coming;
        var restore = await CommandRun.Of("restore", saved, "--data", restored);
        var check = await CommandRun.Of("check", "--data", restored);

        Assert.True(backup.Status == 0, backup.Errors);
        Assert.True(restore.Status == 0, restore.Errors);
        Assert.Equal((0, "all is well\n"), (check.Status, check.Output));
        var kept = (await IndexContents.VideosAsync(restored)).Single(video => video.Id.ToString() == id);
        Assert.Equal(Shared.Catalog.VideoState.Indexed, kept.State);
    }

    [Fact]
    public async Task What_cannot_be_answered_is_a_problem_with_a_stable_type()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        (string Body, string Type)[] requests =
        [
            ("""{"text": ""}""", "text-empty"),
            ("{}", "text-empty"),
            ("""{"text": "a", "top": 0}""", "out-of-range"),
            ("""{"text": "a", "top": "many"}""", "request"),
            ("""{"text": "a", "topp": 3}""", "request"),
            ("""{"text":""", "request"),
            ("", "request"),
        ];
        foreach (var (body, type) in requests)
        {
            using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));

            using var response = await run.Http.PostAsync("/api/v1/search", content);

            Assert.Equal(type, await ServeRun.ProblemAsync(response, HttpStatusCode.BadRequest));
        }
    }

    [Theory]
    [InlineData("Search:Candidates", "many", "1 to 100000")]
    [InlineData("Search:Candidate", "5", "Candidates")]
    [InlineData("Device", "gpu", "cpu or cuda")]
    [InlineData("Urls", "nowhere", "http://127.0.0.1:8080")]
    public async Task A_wrong_setting_is_told_at_start_with_its_key_and_what_it_accepts(string key, string value, string accepts)
    {
        var ended =
            await CommandRun.Of("serve", "--data", place.New("data"), "--model", place.Model, "--set", $"{key}={value}");

        var line = Assert.Single(ended.ErrorLines);
        Assert.Equal(1, ended.Status);
        Assert.Contains(key, line, StringComparison.Ordinal);
        Assert.Contains(accepts, line, StringComparison.Ordinal);
    }

    /// <summary>Says in the log that a file was uploaded.</summary>
    internal static async Task<VideoId> GiveAsync(string data, string file)
    {
        using var folder = await DataFolder.OpenAsync(data, TimeProvider.System, CancellationToken.None);
        var content = await ContentHash.OfFileAsync(file, CancellationToken.None);
        await folder.Events.AppendAsync(new VideoUploaded
        {
            VideoId = content.VideoIn(CollectionId.Default),
            Time = TimeProvider.System.GetUtcNow(),
            FileName = Path.GetFileName(file),
            Sha256 = content.Sha256,
            Bytes = content.Bytes,
            Source = VideoUploaded.SourceOf(file),
        }, CancellationToken.None);
        return content.VideoIn(CollectionId.Default);
    }

    private static async Task<JsonElement[]> AnswerAsync(HttpResponseMessage response) =>
        [.. (await ServeRun.JsonAsync(response)).GetProperty("results").EnumerateArray()];
}
