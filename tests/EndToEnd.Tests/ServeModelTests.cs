using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace TcMgc.EndToEnd.Tests;

/// <summary>A running service changes its model.</summary>
public sealed class ServeModelTests(Workplace place) : IClassFixture<Workplace>
{
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(100), s_longest = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_running_service_encodes_its_library_with_another_model_and_an_interrupted_change_is_continued()
    {
        var (data, models) = (place.New("data"), place.New("models"));
        var made = await CommandRun.Of("model", "init", "--arch", "ViT-T/8", "--head", "clip4clip-mean-pooling",
            "--frames", "3", "--words", "16", "--random", "--seed", "2", "--out", Path.Combine(models, "other"));
        Assert.True(made.Status == 0, made.Errors);
        Directory.CreateDirectory(Path.Combine(models, "first"));
        foreach (var file in Directory.EnumerateFiles(place.Model))
            File.Copy(file, Path.Combine(models, "first", Path.GetFileName(file)));
        var ids = new List<string>();
        using (var run = await ServeRun.StartProcessAsync(place, data, $"Models={models}"))
        {
            for (var clip = 0; clip < 3; clip++)
                ids.Add((await ServeRun.JsonAsync(await run.UploadAsync(TestClips.Distinct(clip)), HttpStatusCode.Accepted))
                    .GetProperty("id").GetString()!);
            foreach (var id in ids)
                await run.UntilAsync(id, "indexed");
            Assert.Equal("model-not-found", await ServeRun.ProblemAsync(await UseAsync(run, "none"), HttpStatusCode.NotFound));

            await ServeRun.JsonAsync(await UseAsync(run, "other"), HttpStatusCode.Accepted);
            await run.Http.DeleteAsync("/api/v1/models/use");
            await UntilAsync(run, list => !list.TryGetProperty("change", out _));
            Assert.False(File.Exists(Path.Combine(data, "index-next.db")));
            Assert.StartsWith("model@", await ModelAsync(run), StringComparison.Ordinal);

            await ServeRun.JsonAsync(await UseAsync(run, "other"), HttpStatusCode.Accepted);
            run.Kill();
            await run.EndAsync();
        }

        // Wherever it was interrupted, the next start goes on, and searches are answered meanwhile and afterwards.
        using var again = await ServeRun.StartAgainAsync(data, $"Models={models}");
        await UntilModelAsync(again, "other@");
        var answer = await ServeRun.JsonAsync(
            await again.Http.PostAsJsonAsync("/api/v1/search", new { text = "a coloured pattern", top = 10 }));
        Assert.Equal(ids.Order(), answer.GetProperty("results").EnumerateArray()
            .Select(result => result.GetProperty("video").GetString()!).Order());
        Assert.False(File.Exists(Path.Combine(data, "index-next.db")));
        var fourth = (await ServeRun.JsonAsync(await again.UploadAsync(TestClips.Distinct(3)), HttpStatusCode.Accepted))
            .GetProperty("id").GetString()!;
        await again.UntilAsync(fourth, "indexed");
        Assert.Equal("all is well\n", (await CommandRun.Of("check", "--data", data)).Output);

        // A video whose original is gone is not given up unasked; afterwards it says why it cannot be found.
        var content = await File.ReadAllBytesAsync(TestClips.Distinct(3));
        File.Delete(Directory.EnumerateFiles(Path.Combine(data, "blobs", "originals"), "*", SearchOption.AllDirectories)
            .Single(file => File.ReadAllBytes(file).AsSpan().SequenceEqual(content)));
        await ServeRun.JsonAsync(await UseAsync(again, "first"), HttpStatusCode.Accepted);
        await UntilAsync(again, list => list.TryGetProperty("change", out var change)
            && change.GetProperty("state").GetString() == "waiting"
            && change.GetProperty("failure").GetString()!.StartsWith("1 of 4 videos cannot", StringComparison.Ordinal));
        await ServeRun.JsonAsync(
            await again.Http.PostAsJsonAsync("/api/v1/models/use", new { name = "first", withoutFailed = true }),
            HttpStatusCode.Accepted);
        await UntilModelAsync(again, "model@");
        await again.UntilAsync(fourth, "failed");
        await again.UntilAsync(ids[0], "indexed");
        again.Terminate();
        Assert.Equal(0, (await again.EndAsync()).Status);
    }

    private static Task<HttpResponseMessage> UseAsync(ServeRun run, string name) =>
        run.Http.PostAsJsonAsync("/api/v1/models/use", new { name });

    private static async Task UntilAsync(ServeRun run, Func<JsonElement, bool> holds)
    {
        using var limit = new CancellationTokenSource(s_longest);
        while (!holds(await run.Http.GetFromJsonAsync<JsonElement>("/api/v1/models", limit.Token)))
            await Task.Delay(s_glance, limit.Token);
    }

    private static async Task UntilModelAsync(ServeRun run, string begins)
    {
        using var limit = new CancellationTokenSource(s_longest);
        while ((await TryModelAsync(run))?.StartsWith(begins, StringComparison.Ordinal) is not true)
            await Task.Delay(s_glance, limit.Token);
    }

    private static async Task<string> ModelAsync(ServeRun run) =>
        (await run.Http.GetFromJsonAsync<JsonElement>("/api/v1/status")).GetProperty("model").GetProperty("id").GetString()!;

    /// <summary>Null while the service starts again with the other model.</summary>
    private static async Task<string?> TryModelAsync(ServeRun run)
    {
        try
        {
            return await ModelAsync(run);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
