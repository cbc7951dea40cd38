using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using TcMgc.Hosting;
using TcMgc.Ingest.Api;

namespace TcMgc.Ingest.Tests.Api;

/// <summary>What is no video, however it comes.</summary>
public sealed class WrongUploadTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_empty_video_and_a_name_that_is_not_in_Base64_are_refused_and_nothing_is_left_of_them()
    {
        var builder = ServiceProgram.CreateBuilder(
            ["--Data", _folder.Path, "--Urls", "http://127.0.0.1:0", "--FreeBytes", "0", "--Upload:FromUrl", "true",
                "--Upload:FromPrivateNetworks", "true"], "test");
        var stores = await builder.AddStorageAsync();
        builder.AddUploads();
        await using var app = builder.BuildService();
        app.MapUploadApi();
        await app.StartAsync();
        await using var source = await LocalServer.StartAsync(http =>
        {
            http.Response.ContentLength = 0;
            return Task.CompletedTask;
        });
        using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };
        using var form = new MultipartFormDataContent { { new ByteArrayContent([]), "file", "b.mp4" } };

        await RefusesAsync("video-empty", new(HttpMethod.Post, "/api/v1/videos")); // Content-Length: 0.
        await RefusesAsync("video-empty", new(HttpMethod.Post, "/api/v1/videos")
        {
            Content = new ByteArrayContent([]),
            Headers = { TransferEncodingChunked = true }, // No Content-Length.
        });
        await RefusesAsync("video-empty", new(HttpMethod.Post, "/api/v1/videos") { Content = form });
        await RefusesAsync("video-empty", new(HttpMethod.Post, "/api/v1/videos/url")
        {
            Content = JsonContent.Create(new { url = source.Url }),
        });
        await RefusesAsync("tus-metadata", new(HttpMethod.Post, "/api/v1/uploads")
        {
            Headers = { { "Tus-Resumable", "1.0.0" }, { "Upload-Length", "1" }, { "Upload-Metadata", "filename !!" } },
        });

        Assert.Empty(await stores.Blobs.ListAsync("originals/", default).ToListAsync());

        async Task RefusesAsync(string type, HttpRequestMessage request)
        {
            using var answer = await http.SendAsync(request);
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal((400, $"urn:tcmgc:problem:{type}"),
                ((int)answer.StatusCode, problem.RootElement.GetProperty("type").GetString()));
        }
    }
}
