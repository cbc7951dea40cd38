using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using TcMgc.Hosting;
using TcMgc.Ingest.Api;
using TcMgc.Stores;

namespace TcMgc.Ingest.Tests.Api;

/// <summary>Videos that the server fetches, from a server of this test that breaks off.</summary>
public sealed class UrlEndpointTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-url-endpoint-").FullName;
    private readonly TcpListener _source = new(IPAddress.Loopback, 0);
    private WebApplication _app = null!;
    private HttpClient _http = null!;
    private Storage _stores = null!;

    public async ValueTask InitializeAsync()
    {
        string[] settings =
        [
            "--Data", _folder, "--Urls", "http://127.0.0.1:0", "--Upload:FromUrl", "true", "--Upload:FromPrivateNetworks", "true",
        ];
        var builder = ServiceProgram.CreateBuilder(settings, "test");
        _stores = await builder.AddStorageAsync();
        builder.AddUploads();
        _app = builder.BuildService();
        _app.MapUploadApi();
        await _app.StartAsync();
        _http = new() { BaseAddress = new(_app.Urls.Single()) };
        _source.Start();
    }

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        _http.Dispose();
        await _app.StopAsync(); // Nothing writes to the folder any more.
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_breaks_off_is_the_other_servers_fault_and_leaves_nothing(bool isReset)
    {
        var answering = AnswerHalfAsync(isReset);
        var url = $"http://{_source.LocalEndpoint}/a.mp4";

        using var response = await _http.PostAsJsonAsync("/api/videos/url", new { url });
        await answering;

        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("urn:tcmgc:problem:url-failed", problem.RootElement.GetProperty("type").GetString());
        Assert.Empty(await _stores.Blobs.ListAsync("", default).ToListAsync());
    }

    /// <summary>Answers one request with the first bytes of its body.</summary>
    private async Task AnswerHalfAsync(bool isReset)
    {
        using var client = await _source.AcceptTcpClientAsync();
        await client.GetStream().ReadExactlyAsync(new byte[16]);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it"));
        if (isReset)
            client.LingerState = new(enable: true, seconds: 0);
    }
}
