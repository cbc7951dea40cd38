using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TcMgc.Hosting.Tests;

/// <summary>What is told of requests that no endpoint gets, or that the framework refuses.</summary>
public sealed class ProblemTests : IDisposable
{
    private readonly ScratchFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Each_has_a_type_and_a_line_that_says_what_to_do()
    {
        await using var app =
            ServiceProgram.CreateBuilder(["--Data", _data.Path, "--Urls", "http://127.0.0.1:0"], "test").BuildService();
        app.MapPost("/named", (string[] names) => TypedResults.Ok(names));
        app.MapGet("/file", () => TypedResults.Bytes(
            "0123456789"u8.ToArray(), "video/mp4", enableRangeProcessing: true, entityTag: new("\"one\"")));
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };

        await SaysAsync(404, "not-found", "there is nothing at /api/v2/videos; /openapi.json lists what there is",
            new(HttpMethod.Get, "/api/v2/videos?limit=1"));
        await SaysAsync(405, "method", "/named does not take DELETE; it takes POST", new(HttpMethod.Delete, "/named"));
        await SaysAsync(415, "request",
            "/named takes no body of the Content-Type 'text/plain; charset=utf-8'; /openapi.json says which",
            new(HttpMethod.Post, "/named") { Content = new StringContent("[]") });
        await SaysAsync(412, "changed", "it is not as If-Match or If-Unmodified-Since says; get it again",
            new(HttpMethod.Get, "/file") { Headers = { IfMatch = { new("\"other\"") } } });
        await SaysAsync(416, "range", "the range lies past the end; Content-Range says how many bytes there are",
            new(HttpMethod.Get, "/file") { Headers = { Range = new(10, 20) } });
        await SaysAsync(400, "request",
            "the service does not answer to the name 'evil.example'; the setting Access:Hosts says to which it does",
            new(HttpMethod.Get, "/file") { Headers = { Host = "evil.example:80" } });

        async Task SaysAsync(int status, string type, string detail, HttpRequestMessage request)
        {
            using var answer = await http.SendAsync(request);
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal((status, "application/problem+json", $"urn:tcmgc:problem:{type}", detail), ((int)answer.StatusCode,
                answer.Content.Headers.ContentType?.MediaType, problem.RootElement.GetProperty("type").GetString(),
                problem.RootElement.GetProperty("detail").GetString()));
        }
    }
}
