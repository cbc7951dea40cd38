using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Limits;
using TcMgc.Shared;

namespace TcMgc.Hosting.Tests;

/// <summary>How much is taken: each test starts a service with small limits, and asks for more.</summary>
public sealed class RequestLimitsTests : IDisposable
{
    private const int Waiting = 8;

    private readonly ScratchFolder _data = new();
    private readonly TaskCompletionSource _gate = new();
    private int _working;

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("/search", "Searches")]
    [InlineData("/upload", "Uploads")]
    [InlineData("/transcript", "Uploads")]
    public async Task A_key_that_asks_too_often_is_told_when_to_come_back_and_others_are_not(string path, string limit)
    {
        var keys = new KeyFile(_data.File(KeyFile.Name));
        var (_, eager) = keys.Add("eager", Scopes.All, default);
        var (_, other) = keys.Add("other", Scopes.All, default);
        _gate.SetResult();
        await using var app = await StartAsync("--Access:Keys", "always", $"--Limits:{limit}", "2");
        using var http = HttpOf(app);

        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", eager);
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(path, null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(path, null)).StatusCode);
        using var refused = await http.PostAsync(path, null);

        await AssertTooManyAsync(refused);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", other);
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(path, null)).StatusCode);
    }

    [Fact]
    public async Task Somebody_on_this_machine_without_a_key_may_ask_a_hundred_times_as_often()
    {
        _gate.SetResult();
        await using var app = await StartAsync("--Limits:Searches", "1");
        using var http = HttpOf(app);

        for (var asked = 0; asked < 100; asked++)
            Assert.Equal(HttpStatusCode.OK, (await http.PostAsync("/search", null)).StatusCode);
        var refused = 0;
        for (var asked = 0; asked < 50 && refused == 0; asked++)
            refused += (await http.PostAsync("/search", null)).StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;

        Assert.Equal(1, refused);
    }

    [Theory]
    [InlineData("/search", "SearchesAtATime", 0)]
    [InlineData("/search", "LargeBodies", 100_000)]
    [InlineData("/transcript", "LargeBodies", 0)]
    [InlineData("/picture", "Pictures", 0)]
    public async Task So_many_work_at_a_time_a_few_wait_for_their_turn_and_the_others_come_back(
        string path, string limit, int bytes)
    {
        await using var app = await StartAsync($"--Limits:{limit}", "1");
        using var http = HttpOf(app);

        var asked = Enumerable.Range(0, 1 + Waiting + 3)
            .Select(_ => http.PostAsync(path, new ByteArrayContent(new byte[bytes]))).ToList();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var refused = await Task.WhenAny(asked);
            asked.Remove(refused);
            await AssertTooManyAsync(await refused);
        }
        Assert.InRange(Volatile.Read(ref _working), 0, 1);
        _gate.SetResult();

        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task A_client_has_so_many_event_streams_open_and_another_once_one_is_closed()
    {
        var (_, text) = new KeyFile(_data.File(KeyFile.Name)).Add("screen", Scopes.All, default);
        await using var app = await StartAsync("--Access:Keys", "always", "--Limits:EventStreams", "1");
        using var http = HttpOf(app);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", text);

        var open = await http.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        using (var refused = await http.GetAsync("/events"))
            await AssertTooManyAsync(refused);
        open.Dispose();

        HttpResponseMessage again;
        while ((again = await http.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead)).StatusCode != HttpStatusCode.OK)
            again.Dispose();
        again.Dispose();
    }

    [Theory]
    [InlineData("Searches", "0")]
    [InlineData("ImagesAtATime", "many")]
    [InlineData("Speed", "1")]
    public void A_wrong_limit_is_named(string limit, string value)
    {
        var error = Assert.Throws<UserException>(
            () => ServiceProgram.CreateBuilder(["--Data", _data.Path, $"--Limits:{limit}", value], "test"));

        Assert.Contains($"Limits:{limit}", error.Message, StringComparison.Ordinal);
    }

    private static async Task AssertTooManyAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        Assert.Equal("urn:tcmgc:problem:too-many",
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
    }

    private static HttpClient HttpOf(WebApplication app) => new() { BaseAddress = new(app.Urls.Single()) };

    private async Task<WebApplication> StartAsync(params string[] settings)
    {
        var app = ServiceProgram.CreateBuilder(["--Data", _data.Path, "--Urls", "http://127.0.0.1:0", .. settings], "test")
            .BuildService();
        app.MapPost("/search", WorkAsync).Limit(Work.Search);
        app.MapPost("/upload", WorkAsync).Limit(Work.Upload);
        app.MapPost("/transcript", WorkAsync).Limit(Work.Transcript);
        app.MapPost("/picture", WorkAsync).Limit(Work.Picture);
        app.MapGet("/events", async (HttpResponse http, CancellationToken cancel) =>
        {
            await http.Body.FlushAsync(cancel);
            await _gate.Task.WaitAsync(cancel);
        }).Limit(Work.Follow);
        await app.StartAsync();
        return app;
    }

    private async Task WorkAsync()
    {
        Interlocked.Increment(ref _working);
        await _gate.Task;
        Interlocked.Decrement(ref _working);
    }
}
