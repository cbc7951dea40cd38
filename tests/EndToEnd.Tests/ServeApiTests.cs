using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The HTTP interface of <c>tcmgc serve</c>, with one video in it.</summary>
public sealed class ServeApiTests(Workplace place) : IClassFixture<Workplace>
{
    [Fact]
    public async Task Videos_are_described_filtered_shown_and_followed()
    {
        using var run = await ServeRun.StartProcessAsync(place, place.New("data"));
        await AssertDocumentAsync(run); // First: all answers are held against it.
        using var events = new StreamReader(await run.Http.GetStreamAsync("/api/v1/events"));
        await UntilLineAsync(events, line => line == "event: ready");
        var video = (await ServeRun.JsonAsync(
            await run.Http.PostAsync(
                "/api/v1/videos?name=sea.mp4", new ByteArrayContent(await File.ReadAllBytesAsync(TestClips.Distinct(7)))),
                    HttpStatusCode.Accepted)).GetProperty("id").GetString()!;

        await UntilLineAsync(events, line => line.Contains("\"indexed\"", StringComparison.Ordinal));
        var described =
            await ServeRun.JsonAsync(
                await run.Http.PatchAsJsonAsync(
                    $"/api/v1/videos/{video}", new { title = "Summer", tags = new[] { "sea", "Sea", "sun" } }));

        var status = await ServeRun.JsonAsync(await run.Http.GetAsync("/api/v1/status"));
        Assert.StartsWith("model@", status.GetProperty("model").GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("cpu", status.GetProperty("model").GetProperty("device").GetString());
        Assert.Equal((1, 0), (status.GetProperty("videos").GetInt32(), status.GetProperty("waiting").GetInt32()));
        Assert.Equal(0, status.GetProperty("waitingBytes").GetInt64());
        Assert.Equal(1, status.GetProperty("throughput").GetProperty("videos").GetInt32());
        Assert.Equal(8, status.GetProperty("throughput").GetProperty("footage").GetDouble(), 0.5);
        Assert.InRange(status.GetProperty("disk").GetProperty("free").GetInt64(), 1,
            status.GetProperty("disk").GetProperty("total").GetInt64());
        Assert.Equal(
            (await ServeRun.JsonAsync(await run.Http.GetAsync($"/api/v1/videos/{video}")))
                .GetProperty("segments").GetArrayLength(),
            status.GetProperty("segments").GetInt32());

        Assert.Equal("Summer", described.GetProperty("title").GetString());
        Assert.Equal(["sea", "sun"], described.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Single(
            await ResultsAsync(
                run, new { text = "a pattern", filter = new { tags = new[] { "SEA" }, name = "summ", maxDuration = 60 } }));
        Assert.Empty(await ResultsAsync(run, new { text = "a pattern", filter = new { tags = new[] { "snow" } } }));
        Assert.Empty(await ResultsAsync(run, new { text = "a pattern", filter = new { minDuration = 60 } }));
        Assert.Empty(await ResultsAsync(run, new { text = "a pattern", offset = 1 }));

        var found = (await ResultsAsync(run, new { text = "a pattern" }))[0];
        Assert.Equal("Summer", found.GetProperty("title").GetString());
        Assert.Equal(8, found.GetProperty("preview").GetProperty("count").GetInt32());
        var segment = found.GetProperty("segments")[0];
        var picture = await run.Http.GetAsync(segment.GetProperty("thumbnail").GetString());
        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (picture.StatusCode, picture.Content.Headers.ContentType?.MediaType));
        Assert.Equal([0xFF, 0xD8], (await picture.Content.ReadAsByteArrayAsync())[..2]);
        Assert.True(described.GetProperty("plays").GetBoolean());
        var clip = await run.Http.GetAsync($"/api/v1/videos/{video}/clip?start=1.5&end=3");
        Assert.Equal((HttpStatusCode.OK, "video/mp4"), (clip.StatusCode, clip.Content.Headers.ContentType?.MediaType));
        Assert.Equal("Summer 0m01s-0m03s.mp4", clip.Content.Headers.ContentDisposition!.FileNameStar);
        foreach (var wrong in new[]
            { "start=3&end=1", "start=0&end=61", "start=8&end=9", "start=-1&end=1", "start=0&end=1&format=x" })
            Assert.Equal("out-of-range", await ServeRun.ProblemAsync(
                await run.Http.GetAsync($"/api/v1/videos/{video}/clip?{wrong}"), HttpStatusCode.BadRequest));
        var proxy = described.GetProperty("proxy").GetString();
        Assert.Equal("proxy-not-found",
            await ServeRun.ProblemAsync(await run.Http.GetAsync($"{proxy}/stream"), HttpStatusCode.NotFound));
        await ServeRun.JsonAsync(await run.Http.PostAsync(proxy, null), HttpStatusCode.Accepted);
        JsonElement told;
        do
            told = JsonSerializer.Deserialize<JsonElement>(await run.Http.GetStringAsync(proxy));
        while (told.GetProperty("state").GetString() is "waiting" or "making");
        var version = await run.Http.GetAsync(told.GetProperty("stream").GetString());
        Assert.Equal((HttpStatusCode.OK, "video/mp4"), (version.StatusCode, version.Content.Headers.ContentType?.MediaType));
        var preview = described.GetProperty("preview");
        Assert.Equal(8, preview.GetProperty("count").GetInt32());
        Assert.Equal(
            "image/jpeg",
            (await run.Http.GetAsync(preview.GetProperty("url").GetString())).Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain(await ResultsAsync(run, new { like = segment.GetProperty("segment").GetString() }),
            result => result.GetProperty("segments").EnumerateArray()
            .Any(other => other.GetProperty("segment").GetString() == segment.GetProperty("segment").GetString()));

        var compound = new[] { new { text = "a pattern", weight = 1.0 }, new { text = "a dog", weight = -0.5 } };
        Assert.Equal(
            2, (await ResultsAsync(run, new { texts = compound, explain = true }))[0].GetProperty("segments")[0].GetProperty(
                "explanation").GetProperty("texts").GetArrayLength());
        Assert.All(await ResultsAsync(run, new { text = "a pattern", rank = "moment", filter = new { video } }),
            result => Assert.Equal(1, result.GetProperty("segments").GetArrayLength()));
        var image = await File.ReadAllBytesAsync(TestClips.Still(TestClips.Distinct(7), 2));
        var narrowed = new { tags = new[] { "SEA", "sun" }, name = "summ", maxDuration = 60, video };
        Assert.Equal(
            video, (await ResultsAsync(run, new { image, rank = "moment", exhaustive = true, filter = narrowed }))[0].GetProperty(
                "video").GetString());
        Assert.Empty(await ResultsAsync(run, new { image, filter = new { minDuration = 60 } }));
        Assert.Empty(await ResultsAsync(run, new { image, offset = 1 }));
        Assert.Equal(
            "texts",
            await ServeRun.ProblemAsync(
                await run.Http.PostAsJsonAsync("/api/v1/search", new { texts = compound[1..] }), HttpStatusCode.BadRequest));

        Assert.Equal(
            "out-of-range",
            await ServeRun.ProblemAsync(
                await run.Http.PostAsJsonAsync("/api/v1/search", new { text = "a", threshold = 1.5 }),
                HttpStatusCode.BadRequest));

        Assert.Equal(
            "description",
            await ServeRun.ProblemAsync(
                await run.Http.PatchAsJsonAsync($"/api/v1/videos/{video}", new { }), HttpStatusCode.BadRequest));
        Assert.Equal("ambiguous", await ServeRun.ProblemAsync(
            await run.Http.PostAsJsonAsync(
                "/api/v1/search", new { text = "a", like = segment.GetProperty("segment").GetString() }),
            HttpStatusCode.BadRequest));
        Assert.Equal("segment-not-found", await ServeRun.ProblemAsync(
            await run.Http.PostAsJsonAsync("/api/v1/search", new { like = Guid.NewGuid() }), HttpStatusCode.NotFound));
        run.Terminate(); // While its events are still followed.
        Assert.Equal(0, (await run.EndAsync()).Status);
    }

    /// <summary>docs/openapi.json is what the service says of itself; TCMGC_WRITE_OPENAPI=1 writes it.</summary>
    private static async Task AssertDocumentAsync(ServeRun run)
    {
        var served = JsonNode.Parse(await run.Http.GetStringAsync("/openapi.json"))!;
        var file = Path.Combine(SharedFolder.RepositoryRoot, "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("TCMGC_WRITE_OPENAPI") is not null)
            await File.WriteAllTextAsync(file, served.ToJsonString(new() { WriteIndented = true }) + "\n");
        Assert.True(JsonNode.DeepEquals(served, JsonNode.Parse(await File.ReadAllTextAsync(file))),
            "docs/openapi.json is not what the service serves: run this test with TCMGC_WRITE_OPENAPI=1 and commit it");
    }

    private static async Task<JsonElement[]> ResultsAsync(ServeRun run, object query) =>
        [.. (await ServeRun.JsonAsync(await run.Http.PostAsJsonAsync("/api/v1/search", query))).GetProperty("results")
            .EnumerateArray()];

    private static async Task UntilLineAsync(StreamReader lines, Func<string, bool> wanted)
    {
        while (await lines.ReadLineAsync() is { } line)
            if (wanted(line))
                return;
        Assert.Fail("the events ended");
    }
}
