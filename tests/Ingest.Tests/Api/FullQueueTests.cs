using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TcMgc.Hosting;
using TcMgc.Hosting.Audit;
using TcMgc.Ingest.Api;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Ingest.Tests.Api;

/// <summary>A service that lets one video wait, and has no workers to index it.</summary>
public sealed class FullQueueTests : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private WebApplication _app = null!;
    private HttpClient _http = null!;
    private Storage _stores = null!;

    public async ValueTask InitializeAsync()
    {
        string[] settings =
        [
            "--Data", _folder.Path, "--Urls", "http://127.0.0.1:0", "--Upload:MostWaiting", "1", "--Upload:FromUrl", "true",
            "--Upload:FromPrivateNetworks", "true", "--FreeBytes", "0",
        ];
        var builder = ServiceProgram.CreateBuilder(settings, "test");
        _stores = await builder.AddStorageAsync();
        builder.AddUploads();
        _app = builder.BuildService();
        _app.MapUploadApi();
        await _app.StartAsync();
        _http = new() { BaseAddress = new(_app.Urls.Single()), DefaultRequestHeaders = { { "Tus-Resumable", "1.0.0" } } };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(); // Nothing writes to the folder any more.
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task However_a_video_comes_a_full_queue_says_when_to_come_back_and_keeps_nothing_of_it()
    {
        await UploadFirstAsync();
        await using var source = await LocalServer.StartAsync(http =>
        {
            http.Response.ContentLength = 1;
            return http.Response.WriteAsync("2");
        });
        using var form = new MultipartFormDataContent { { new ByteArrayContent([2]), "file", "b.mp4" } };

        await AssertFullAsync(await _http.PostAsync("/api/v1/videos", new ByteArrayContent([2])));
        await AssertFullAsync(await _http.PostAsync("/api/v1/videos", form));
        await AssertFullAsync(await CreateAsync(1));
        await AssertFullAsync(await _http.PostAsJsonAsync("/api/v1/videos/url", new { url = source.Url }));

        Assert.Single(await _stores.Blobs.ListAsync("originals/", default).ToListAsync());
        Assert.Empty(Directory.EnumerateFiles(_folder.File("uploads")));
    }

    [Fact]
    public async Task What_came_in_parts_is_kept_while_the_queue_is_full_and_becomes_a_video_once_it_is_not()
    {
        using var created = await CreateAsync(2);
        var upload = created.Headers.Location!;
        var first = await UploadFirstAsync();

        await AssertFullAsync(await AddAsync(upload, [1, 2]));
        await AssertFullAsync(await _http.SendAsync(new(HttpMethod.Head, upload)), hasBody: false);
        await RemoveAsync(first);
        using var asked = await _http.SendAsync(new(HttpMethod.Head, upload));

        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        Assert.Equal("2", asked.Headers.GetValues("Upload-Offset").Single());
        Assert.NotNull(asked.Content.Headers.ContentLocation);
        Assert.Equal([$"{first}", asked.Content.Headers.ContentLocation.ToString().Split('/')[^1]],
            File.ReadAllLines(_folder.File(AuditLog.FileName)).Select(line => JsonSerializer.Deserialize<JsonElement>(line))
                .Where(line => line.GetProperty("action").GetString() == AuditActions.Upload)
                .Select(line => line.GetProperty("video").GetString()));
    }

    private static async Task AssertFullAsync(HttpResponseMessage answer, bool hasBody = true)
    {
        using var _ = answer;
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}: {body}");
        Assert.Equal(TimeSpan.FromSeconds(30), answer.Headers.RetryAfter?.Delta);
        if (hasBody)
            Assert.Equal("urn:tcmgc:problem:queue-full",
                JsonSerializer.Deserialize<JsonElement>(body).GetProperty("type").GetString());
    }

    private async Task<Guid> UploadFirstAsync()
    {
        using var answer = await _http.PostAsync("/api/v1/videos", new ByteArrayContent([1]));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private async Task RemoveAsync(Guid video)
    {
        var entry = (await _stores.Catalog.GetAsync(new(video), default))!;
        await _stores.Catalog.ApplyAsync(
            new VideoDeleted { VideoId = entry.Id, UploadId = entry.UploadId, Time = entry.UploadedAt }, default);
    }

    private Task<HttpResponseMessage> CreateAsync(int length) => _http.SendAsync(new(HttpMethod.Post, "/api/v1/uploads")
    {
        Headers = { { "Upload-Length", $"{length}" } },
    });

    private Task<HttpResponseMessage> AddAsync(Uri upload, byte[] all) => _http.SendAsync(new(HttpMethod.Patch, upload)
    {
        Headers = { { "Upload-Offset", "0" } },
        Content = new ByteArrayContent(all) { Headers = { ContentType = new("application/offset+octet-stream") } },
    });
}
