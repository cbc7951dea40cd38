using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TcMgc.Hosting.Access;

namespace TcMgc.Hosting.Tests;

/// <summary>Who is let in by a token: a service that trusts an OpenID Connect provider, both on real sockets.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private const string Audience = "tcmgc";
    private readonly ScratchFolder _folder = new();
    private readonly FakeTimeProvider _providerTime = new(TimeProvider.System.GetUtcNow().AddDays(-1));
    private IdentityProvider _provider = null!;
    private WebApplication _service = null!;
    private HttpClient _http = null!;
    private string _yesterdays = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await IdentityProvider.StartAsync(_folder.Path, _providerTime);
        _yesterdays = await _provider.TokenAsync(Audience, "search");
        _providerTime.Advance(TimeSpan.FromDays(1));
        var builder = ServiceProgram.CreateBuilder(
            ["--Data", _folder.Path, "--Urls", "http://127.0.0.1:0", "--Access:Keys", "always",
                "--Access:Authority", _provider.Url, "--Access:Audience", Audience], "test");
        await builder.AddStorageAsync();
        builder.Services.Configure<JwtBearerOptions>(
            JwtBearerDefaults.AuthenticationScheme, tokens => tokens.BackchannelHttpHandler = _provider.Trusting);
        _service = builder.BuildService();
        _service.MapGet("/search", (HttpContext http) => http.User.FindFirst("sub")?.Value ?? "nobody")
            .RequireAuthorization(Scopes.Search);
        _service.MapGet("/api/where", (CollectionCatalog own) => own.Collection.Name).RequireAuthorization(Scopes.Search);
        _service.MapPost("/upload", () => "accepted").RequireAuthorization(Scopes.Upload);
        await _service.StartAsync();
        _http = new() { BaseAddress = new(_service.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service.DisposeAsync();
        await _provider.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_token_of_the_provider_opens_what_its_scopes_name_and_nothing_else()
    {
        Present(await _provider.TokenAsync(Audience, "search"));

        Assert.Equal("archive", await _http.GetStringAsync("/search"));
        await RefusedAsync(HttpStatusCode.Forbidden, "scope", await _http.PostAsync("/upload", null));
    }

    [Fact]
    public async Task A_token_opens_the_collection_that_its_claim_names()
    {
        Present(await _provider.TokenAsync(Audience, "search", "press"));
        Assert.Equal("press", await _http.GetStringAsync("/api/where"));
        await RefusedAsync(HttpStatusCode.Forbidden, "collection", await _http.GetAsync("/api/where?collection=desk"));

        Present(await _provider.TokenAsync(Audience, "search"));
        Assert.Equal("default", await _http.GetStringAsync("/api/where"));

        Present(await _provider.TokenAsync(Audience, "search", "No Name"));
        await RefusedAsync(HttpStatusCode.Forbidden, "collection", await _http.GetAsync("/api/where"));
    }

    [Fact]
    public async Task A_token_for_another_service_opens_nothing()
    {
        Present(await _provider.TokenAsync("mail", "search"));

        await RefusedAsync(HttpStatusCode.Unauthorized, "token", await _http.GetAsync("/search"));
    }

    [Fact]
    public async Task A_token_that_has_expired_opens_nothing()
    {
        Present(_yesterdays);

        await RefusedAsync(HttpStatusCode.Unauthorized, "token", await _http.GetAsync("/search"));
    }

    [Fact]
    public async Task A_token_that_another_provider_signed_or_nobody_opens_nothing()
    {
        await using var other = await IdentityProvider.StartAsync(_folder.Path, _providerTime);
        var token = await _provider.TokenAsync(Audience, "search");

        Present(await other.TokenAsync(Audience, "search"));
        await RefusedAsync(HttpStatusCode.Unauthorized, "token", await _http.GetAsync("/search"));
        Present(token[..(token.LastIndexOf('.') + 1)]);
        await RefusedAsync(HttpStatusCode.Unauthorized, "token", await _http.GetAsync("/search"));
        Present("no token at all");
        await RefusedAsync(HttpStatusCode.Unauthorized, "token", await _http.GetAsync("/search"));
    }

    [Fact]
    public async Task While_the_provider_does_not_answer_tokens_are_answered_503_and_keys_still_open()
    {
        var (_, key) = new KeyFile(_folder.File(KeyFile.Name)).Add("desk", [Scopes.Search], default);
        Present(await _provider.TokenAsync(Audience, "search"));
        await _provider.DisposeAsync();

        await RefusedAsync(HttpStatusCode.ServiceUnavailable, "unavailable", await _http.GetAsync("/search"));
        Present(key);
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync("/search")).StatusCode);
    }

    private void Present(string token) =>
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    private static async Task RefusedAsync(HttpStatusCode status, string problem, HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {body}");
        using var json = JsonDocument.Parse(body);
        Assert.Equal($"urn:tcmgc:problem:{problem}", json.RootElement.GetProperty("type").GetString());
        answer.Dispose();
    }
}
