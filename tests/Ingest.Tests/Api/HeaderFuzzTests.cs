using System.Text;
using Microsoft.AspNetCore.Builder;
using TcMgc.Hosting;
using TcMgc.Ingest.Api;

namespace TcMgc.Ingest.Tests.Api;

/// <summary>
/// Whatever the headers of an upload say, and its form: the service answers, and its answer is not that it failed.
/// </summary>
public sealed class HeaderFuzzTests : IAsyncLifetime
{
    private const int Trials = 100;

    private const string Form = "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"; "
        + "filename*=UTF-8''%e2%82%ac.mp4\r\nContent-Type: video/mp4\r\n\r\ncontent of it\r\n--part--\r\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-header-fuzz-").FullName;
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = ServiceProgram.CreateBuilder(
            ["--Data", _folder, "--Urls", "http://127.0.0.1:0", "--Upload:MostWaiting", "100000",
                "--Upload:MostIncomplete", "100000"], "test");
        await builder.AddStorageAsync();
        builder.AddUploads();
        _app = builder.BuildService();
        _app.MapUploadApi();
        await _app.StartAsync();
        _http = AnyRequest.Client(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(); // Nothing writes to the folder any more.
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("POST", "/api/v1/videos", "Content-Type", "multipart/form-data; boundary=\"part\"", Form)]
    [InlineData(
        "POST", "/api/v1/videos?name=a.mp4", "Content-Disposition", "form-data; filename*=UTF-8''%e2%82%ac.mp4", "content")]
    [InlineData("POST", "/api/v1/uploads", "Upload-Length", "7", null)]
    [InlineData("POST", "/api/v1/uploads", "Upload-Metadata", "filename YS5tcDQ=,type bXA0", "content")]
    [InlineData("POST", "/api/v1/uploads", "Tus-Resumable", "1.0.0", "content")]
    [InlineData("POST", "/api/v1/uploads", "Content-Type", "application/offset+octet-stream", "content")]
    [InlineData("PATCH", "/api/v1/uploads/UPLOAD", "Upload-Offset", "0", "co")]
    [InlineData("HEAD", "/api/v1/uploads/UPLOAD", "Tus-Resumable", "1.0.0", null)]
    public void A_mutated_header_is_answered(string method, string path, string name, string value, string? body)
    {
        (string, string)[] valid =
        [
            ("Tus-Resumable", "1.0.0"), ("Upload-Length", "7"), ("Upload-Offset", "0"),
            ("Content-Type", "application/offset+octet-stream"),
        ];
        path = path.Replace("UPLOAD", Begun(), StringComparison.Ordinal);
        Mutations.Check(Encoding.Latin1.GetBytes(value), Trials, bytes =>
        {
            var header = AnyRequest.HeaderOf(bytes);
            var status = AnyRequest.Send(_http, method, path,
                [.. valid.Where(other => other.Item1 != name), (name, header)],
                body is null ? null : Encoding.UTF8.GetBytes(body));
            AnyRequest.AssertClear(status, $"{name}: {header}");
        });
    }

    [Theory]
    [InlineData("/api/v1/videos", "multipart/form-data; boundary=\"part\"", Form)]
    [InlineData("/api/v1/videos/url", "application/json", "{\"url\":\"http://127.0.0.1/\",\"name\":\"a\"}")]
    public void A_mutated_body_is_answered(string path, string type, string body) =>
        Mutations.Check(Encoding.UTF8.GetBytes(body), Trials, bytes => AnyRequest.AssertClear(
            AnyRequest.Send(_http, "POST", path, [("Content-Type", type)], bytes), Encoding.UTF8.GetString(bytes)));

    [Fact]
    public void A_form_that_breaks_off_or_has_an_endless_boundary_is_the_clients_fault()
    {
        Assert.Equal(400, AnyRequest.Send(
            _http, "POST", "/api/v1/videos", [("Content-Type", "multipart/form-data; boundary=part")],
            Encoding.UTF8.GetBytes(Form[..^12])));
        Assert.Equal(400, AnyRequest.Send(_http, "POST", "/api/v1/videos",
            [("Content-Type", $"multipart/form-data; boundary={new string('x', 5000)}")], Encoding.UTF8.GetBytes(Form)));
    }

    /// <summary>The id of an upload that lacks seven bytes.</summary>
    private string Begun()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/uploads")
        {
            Headers = { { "Tus-Resumable", "1.0.0" }, { "Upload-Length", "7" } },
        };
        using var created = _http.Send(request);
        return created.Headers.Location!.ToString().Split('/')[^1];
    }
}
