using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TcMgc.Hosting.Access;
using TcMgc.Shared;

namespace TcMgc.Hosting.Tests;

/// <summary>Who is let in: each test starts a service with an endpoint for each scope, and knocks.</summary>
public sealed class AccessTests : IDisposable
{
    private readonly ScratchFolder _data = new();
    private readonly KeyFile _keys;

    public AccessTests() => _keys = new(_data.File(KeyFile.Name));

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task On_loopback_nobody_needs_a_key()
    {
        await using var service = await StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await service.Http.DeleteAsync("/admin")).StatusCode);
        var session = await service.Http.GetFromJsonAsync<JsonElement>("/api/v1/session");
        Assert.False(session.GetProperty("keyNeeded").GetBoolean());
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://127.0.0.1:0;http://192.0.2.7:0")]
    public void A_service_that_others_can_reach_does_not_start_without_a_key(string urls)
    {
        var error = Assert.Throws<UserException>(() => Build("--Urls", urls));

        Assert.Contains("tcmgc keys add", error.Message, StringComparison.Ordinal);
        Assert.Contains("--insecure", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_revoked_key_does_not_count_as_one()
    {
        _keys.Revoke(_keys.Add("old", Scopes.All, default).Key.Id, default);

        Assert.Throws<UserException>(() => Build("--Urls", "http://0.0.0.0:0"));
    }

    [Fact]
    public async Task Whoever_asks_for_it_lets_everyone_in()
    {
        await using var service = await StartAsync("--Urls", "http://0.0.0.0:0", "--Access:Keys", "never");

        Assert.Equal(HttpStatusCode.OK, (await service.Http.DeleteAsync("/admin")).StatusCode);
    }

    [Fact]
    public async Task A_key_opens_what_its_scopes_name_and_nothing_else()
    {
        var (_, text) = _keys.Add("reader", [Scopes.Search], default);
        await using var service = await StartAsync("--Access:Keys", "always");
        service.Present(text);

        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/search")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Http.PostAsync("/upload", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Http.DeleteAsync("/admin")).StatusCode);
    }

    [Fact]
    public async Task Without_a_key_there_is_health_and_nothing_else()
    {
        _keys.Add("somebody", Scopes.All, default);
        await using var service = await StartAsync("--Access:Keys", "always");

        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/healthz")).StatusCode);
        using var refused = await service.Http.GetAsync("/search");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(
            "urn:tcmgc:problem:key", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.Http.GetAsync("/unmarked")).StatusCode);
    }

    [Fact]
    public async Task An_endpoint_that_names_no_scope_needs_the_highest()
    {
        var (_, low) = _keys.Add("low", [Scopes.Search, Scopes.Upload], default);
        var (_, high) = _keys.Add("high", [Scopes.Admin], default);
        await using var service = await StartAsync("--Access:Keys", "always");

        service.Present(low);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Http.GetAsync("/unmarked")).StatusCode);
        service.Present(high);
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/unmarked")).StatusCode);
    }

    [Fact]
    public async Task A_running_service_notices_new_revoked_and_rotated_keys()
    {
        _keys.Add("first", Scopes.All, default);
        await using var service = await StartAsync("--Access:Keys", "always");

        var (key, text) = _keys.Add("second", [Scopes.Search], default);
        service.Present(text);
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/search")).StatusCode);

        var (_, rotated) = _keys.Rotate(key.Id, default);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.Http.GetAsync("/search")).StatusCode);
        service.Present(rotated);
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/search")).StatusCode);

        _keys.Revoke(key.Id, default);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.Http.GetAsync("/search")).StatusCode);
    }

    [Theory]
    [InlineData("tcmgc_000000000000_x")]
    [InlineData("tcmgc__")]
    [InlineData("tcmgc_")]
    [InlineData("nothing")]
    [InlineData("")]
    public async Task A_text_that_is_no_key_opens_nothing(string text)
    {
        _keys.Add("somebody", Scopes.All, default);
        await using var service = await StartAsync("--Access:Keys", "always");

        service.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {text}");

        Assert.Equal(HttpStatusCode.Unauthorized, (await service.Http.GetAsync("/search")).StatusCode);
    }

    [Fact]
    public async Task The_page_signs_in_with_a_cookie_that_no_script_and_no_other_site_uses()
    {
        var (_, text) = _keys.Add("person", [Scopes.Search], default);
        await using var service = await StartAsync("--Access:Keys", "always");

        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await service.Http.PostAsJsonAsync("/api/v1/session", new { key = "tcmgc_a_b" })).StatusCode);
        using var signedIn = await service.Http.PostAsJsonAsync("/api/v1/session", new { key = text });
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/search")).StatusCode);

        await service.Http.DeleteAsync("/api/v1/session");
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.Http.GetAsync("/search")).StatusCode);
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    public async Task A_service_answers_to_its_own_names_only(string host, HttpStatusCode status)
    {
        await using var service = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/admin") { Headers = { Host = host } };

        Assert.Equal(status, (await service.Http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_page_elsewhere_may_not_change_anything(string header, string value)
    {
        await using var service = await StartAsync();
        service.Http.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

        Assert.Equal(HttpStatusCode.Forbidden, (await service.Http.PostAsync("/upload", null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/search")).StatusCode);
    }

    [Fact]
    public async Task An_origin_that_a_setting_names_may()
    {
        const string Origin = "https://media.example.org";
        await using var service = await StartAsync("--Access:Origins", Origin);
        service.Http.DefaultRequestHeaders.Add("Origin", Origin);
        service.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");

        using var answer = await service.Http.PostAsync("/upload", null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Origin, answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task Every_answer_tells_browsers_to_run_frame_and_guess_nothing()
    {
        await using var service = await StartAsync();

        foreach (var (host, path) in new[] { ("localhost", "/search"), ("localhost", "/healthz"),
            ("localhost", "/nothing-here"), ("localhost", "/docs"), ("evil.example", "/search") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            using var answer = await service.Http.SendAsync(request);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Contains(
                "frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Only_the_owner_can_read_the_file_of_keys_and_it_holds_no_secret()
    {
        var (_, text) = _keys.Add("one", [Scopes.Search], default);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_keys.Path));
        Assert.DoesNotContain(text.Split('_', 3)[2], File.ReadAllText(_keys.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_of_keys_is_an_error_and_not_an_open_door()
    {
        File.WriteAllText(_keys.Path, "[{");

        Assert.Throws<UserException>(() => Build("--Access:Keys", "always"));
    }

    [Theory]
    [InlineData("--Access:Keys", "sometimes", "Access:Keys")]
    [InlineData("--Access:Authority", "http://id.example.org", "Access:Authority")]
    [InlineData("--Access:Authority", "https://id.example.org", "Access:Audience")]
    [InlineData("--Urls", "ftp://127.0.0.1", "Urls")]
    public void A_wrong_setting_is_named(string key, string value, string named) =>
        Assert.Contains(named, Assert.Throws<UserException>(() => Build(key, value)).Message, StringComparison.Ordinal);

    private WebApplication Build(params string[] settings) =>
        ServiceProgram.CreateBuilder(["--Data", _data.Path, "--Urls", "http://127.0.0.1:0", .. settings], "test").BuildService();

    private async Task<Service> StartAsync(params string[] settings)
    {
        var app = Build(settings);
        app.MapGet("/search", () => "found").RequireAuthorization(Scopes.Search);
        app.MapPost("/upload", () => "accepted").RequireAuthorization(Scopes.Upload);
        app.MapDelete("/admin", () => "gone").RequireAuthorization(Scopes.Admin);
        app.MapGet("/unmarked", () => "secret");
        await app.StartAsync();
        return new(app);
    }

    private sealed class Service(WebApplication app) : IAsyncDisposable
    {
        public HttpClient Http { get; } = new()
        {
            BaseAddress = new(app.Urls.Single().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)),
        };

        public void Present(string key) =>
            Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await app.DisposeAsync();
        }
    }
}
