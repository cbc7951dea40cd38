using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
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
            "--Url:HeaderTimeout", "00:00:00.3", "--Url:RateWindow", "00:00:00.3",
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

        using var response = await _http.PostAsJsonAsync("/api/v1/videos/url", new { url });
        await answering;

        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("urn:tcmgc:problem:url-failed", problem.RootElement.GetProperty("type").GetString());
        Assert.Empty(await _stores.Blobs.ListAsync("originals/", default).ToListAsync());
    }

    [Theory]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n", "the server redirects from http to file")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: ftp://example.org/a.mp4\r\n\r\n", "the server redirects from http to ftp")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: data:video/mp4,a\r\n\r\n", "the server redirects from http to data")]
    [InlineData("HTTP/1.1 302 Found\r\n\r\n", "the server answers 302")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "the server answers 404")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "the server does not say how long the video is")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "the server does not say how long the video is")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "cannot be fetched")]
    [InlineData("", "the server did not answer within 0.3 s")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "the server did not answer within 0.3 s")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nslow", "brings fewer than 3000 bytes in 0.3 s")]
    public async Task Whatever_the_other_server_does_it_is_a_502_with_the_reason(string answer, string reason)
    {
        using var held = new CancellationTokenSource();
        var answering = AnswerAsync(answer, held.Token);

        var (status, detail) = await FetchAsync($"http://{_source.LocalEndpoint}/a.mp4");
        await held.CancelAsync();
        await answering;

        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Contains(reason, detail, StringComparison.Ordinal);
        Assert.Empty(await _stores.Blobs.ListAsync("originals/", default).ToListAsync());
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/", HttpStatusCode.BadGateway)]
    [InlineData("http://no-such-host.invalid/", HttpStatusCode.BadGateway)]
    [InlineData("http://127.0.0.1:0/", HttpStatusCode.BadGateway)]
    [InlineData("http://127.0.0.1:99999/", HttpStatusCode.BadRequest)]
    [InlineData("http://[::1%25lo]:1/", HttpStatusCode.BadGateway)]
    [InlineData("http://user:password@127.0.0.1:1/%00%ff", HttpStatusCode.BadGateway)]
    [InlineData("file:///etc/passwd", HttpStatusCode.BadRequest)]
    [InlineData("//127.0.0.1/", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData(null, HttpStatusCode.BadRequest)]
    public async Task Whatever_a_url_says_its_failure_is_never_the_services(string? url, HttpStatusCode expected) =>
        Assert.Equal(expected, (await FetchAsync(url)).Status);

    [Fact]
    public void Any_url_is_answered_with_4xx_or_502()
    {
        var part = Gen.Elements("http://", "https:", "/", "127.0.0.1", "[::1]", ":1", ":", "@", "%", "%00", "xn--", "xn--a.",
            "ä.invalid", "\u202e", ".", "..", new string('a', 300), "?", "#", " ", "\\", "0x7f.1", "2130706433", "\0", "😀", "*");
        Prop.ForAll(part.ListOf().Select(parts => "http://" + string.Concat(parts)).ToArbitrary(), url =>
        {
            var status = FetchAsync(url).GetAwaiter().GetResult().Status;
            Assert.True((int)status is 502 or (>= 400 and < 500), $"{url}: {status}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    private async Task<(HttpStatusCode Status, string Detail)> FetchAsync(string? url)
    {
        using var response = await _http.PostAsJsonAsync("/api/v1/videos/url", new { url });
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString()! : "");
    }

    /// <summary>Answers one request, and keeps the connection until told.</summary>
    private async Task AnswerAsync(string answer, CancellationToken held)
    {
        using var client = await _source.AcceptTcpClientAsync(CancellationToken.None);
        await client.GetStream().ReadExactlyAsync(new byte[16], CancellationToken.None);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), CancellationToken.None);
        await Task.Delay(Timeout.Infinite, held).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
