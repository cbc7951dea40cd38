using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcMgc.Hosting;
using TcMgc.Ingest.Api;

namespace TcMgc.Ingest.Tests.Api;

/// <summary>A service whose collections may have one video each.</summary>
public sealed class QuotaTests
{
    [Fact]
    public async Task However_a_video_comes_a_collection_that_has_as_much_as_it_may_says_so_and_others_take_theirs()
    {
        using var folder = new ScratchFolder();
        var builder = ServiceProgram.CreateBuilder(
            ["--Data", folder.Path, "--Urls", "http://127.0.0.1:0", "--Upload:MostVideosEach", "1", "--FreeBytes", "0"],
            "test");
        await builder.AddStorageAsync();
        builder.AddUploads();
        await using var app = builder.BuildService();
        app.MapUploadApi();
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };
        http.DefaultRequestHeaders.Add("Tus-Resumable", "1.0.0");
        using var form = new MultipartFormDataContent { { new ByteArrayContent([2]), "file", "b.mp4" } };

        foreach (var collection in new[] { "?collection=press", "" })
        {
            using var first = await http.PostAsync($"/api/v1/videos{collection}", new ByteArrayContent([1]));
            Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        }
        await AssertFullAsync(await http.PostAsync("/api/v1/videos", new ByteArrayContent([2])));
        await AssertFullAsync(await http.PostAsync("/api/v1/videos", form));
        await AssertFullAsync(await http.SendAsync(
            new(HttpMethod.Post, "/api/v1/uploads") { Headers = { { "Upload-Length", "9" } } }));
        await app.StopAsync(); // Nothing writes to the folder any more.
    }

    private static async Task AssertFullAsync(HttpResponseMessage answer)
    {
        using var _ = answer;
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.Forbidden, "urn:tcmgc:problem:quota"),
            (answer.StatusCode, problem.GetProperty("type").GetString()));
        Assert.Contains("has 1 videos", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
