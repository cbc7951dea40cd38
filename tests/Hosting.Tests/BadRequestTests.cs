using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TcMgc.Hosting.Tests;

/// <summary>What a request that cannot be read is told.</summary>
public sealed class BadRequestTests : IDisposable
{
    private readonly ScratchFolder _data = new();

    public void Dispose() => _data.Dispose();

    private sealed record Wanted(Guid? Like, int Top, string[]? Texts, Colour Colour);

    private sealed record Named(string Name)
    {
        public required int Size { get; init; }
    }

    private enum Colour
    {
        Red,
    }

    [Fact]
    public async Task It_names_what_is_wrong_and_no_type_of_ours()
    {
        await using var app =
            ServiceProgram.CreateBuilder(["--Data", _data.Path, "--Urls", "http://127.0.0.1:0"], "test").BuildService();
        app.MapPost("/wanted", (Wanted wanted) => TypedResults.Ok(wanted));
        app.MapPost("/named", (Named named) => TypedResults.Ok(named));
        app.MapGet("/listed", (int? limit, Guid? video) => TypedResults.Ok($"{limit}{video}"));
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };

        await SaysAsync("{\"like\":\"nonsense\"}", "'like' has a value of the wrong kind (line 1)");
        await SaysAsync("{\"texts\":\n[\"a\", 3]}", "'texts[1]' has a value of the wrong kind (line 2)");
        await SaysAsync("{\"colour\":\"green\"}", "'colour' has a value of the wrong kind (line 1)");
        await SaysAsync("{\"nope\":1}", "the body has 'nope', which there is not");
        await SaysAsync("[]", "the body is not the JSON that is expected: see the interface's description at /openapi.json");
        await SaysAsync("{\"top\":", "the body is not valid JSON: Expected depth to be zero at the end of the JSON payload.");
        await SaysAsync("{\"name\":\"a\"}", "the body lacks 'size'", "/named");
        await SaysAsync("{\"size\":1,\"name\":null}", "'name' has a value of the wrong kind (line 1)", "/named");
        await SaysAsync("", "the request has no body; JSON is expected");
        Assert.Equal("limit cannot be 'x'", await DetailAsync(await http.GetAsync("/listed?limit=x")));
        Assert.Equal("video cannot be 'a \"b\"'", await DetailAsync(await http.GetAsync("/listed?video=a+%22b%22")));

        async Task SaysAsync(string body, string detail, string path = "/wanted")
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            Assert.StartsWith(detail, await DetailAsync(await http.PostAsync(path, content)), StringComparison.Ordinal);
        }
    }

    private static async Task<string?> DetailAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(StatusCodes.Status400BadRequest, (int)answer.StatusCode);
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return problem.RootElement.GetProperty("detail").GetString();
        }
    }
}
