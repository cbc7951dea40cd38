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
public sealed class TokenTests(TokenTests.Trusting trusting) : IClassFixture<TokenTests.Trusting>, IDisposable
{
    private const string Audience = "tcmgc";
    private readonly IdentityProvider _provider = trusting.Provider;
    private readonly HttpClient _http = trusting.Client();

    /// <summary>The service and the provider that it trusts.</summary>
    public sealed class Trusting : IAsyncLifetime
    {
        private readonly ScratchFolder _folder = new();
        private WebApplication _service = null!;

        internal FakeTimeProvider ProviderTime { get; } = new(TimeProvider.System.GetUtcNow().AddDays(-1));

        internal IdentityProvider Provider { get; private set; } = null!;

        internal string YesterdaysToken { get; private set; } = null!;

        /// <summary>The service's folder of data, where its keys are.</summary>
        internal ScratchFolder Folder => _folder;

        public async ValueTask InitializeAsync()
        {
            Provider = await IdentityProvider.StartAsync(_folder.Path, ProviderTime);
            YesterdaysToken = await Provider.TokenAsync(Audience, "search");
            ProviderTime.Advance(TimeSpan.FromDays(1));
            var builder = ServiceProgram.CreateBuilder(
                ["--Data", _folder.Path, "--Urls", "http://127.0.0.1:0", "--Access:Keys", "always",
                    "--Access:Authority", Provider.Url, "--Access:Audience", Audience], "test");
            await builder.AddStorageAsync();
            builder.Services.Configure<JwtBearerOptions>(
                JwtBearerDefaults.AuthenticationScheme, tokens => tokens.BackchannelHttpHandler = Provider.Trusting);
            _service = builder.BuildService();
            _service.MapGet("/search", (HttpContext http) => http.User.FindFirst("sub")?.Value ?? "nobody")
                .RequireAuthorization(Scopes.Search);
            _service.MapGet("/api/where", (CollectionCatalog own) => own.Collection.Name).RequireAuthorization(Scopes.Search);
            _service.MapPost("/upload", () => "accepted").RequireAuthorization(Scopes.Upload);
            await _service.StartAsync();
        }

        /// <summary>A client of the service.</summary>
        internal HttpClient Client() => new() { BaseAddress = new(_service.Urls.Single()) };

        public async ValueTask DisposeAsync()
        {
            await _service.DisposeAsync();
            await Provider.DisposeAsync();
            _folder.Dispose();
        }
    }

    public void Dispose() => _http.Dispose();

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
        Present(trusting.YesterdaysToken);

        await RefusedAsync(HttpStatusCode.Unauthorized, "token", await _http.GetAsync("/search"));
    }

    [Fact]
    public async Task A_token_that_another_provider_signed_or_nobody_opens_nothing()
    {
        await using var other = await IdentityProvider.StartAsync(trusting.Folder.Path, trusting.ProviderTime);
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
        var alone = new Trusting();
        await alone.InitializeAsync();
        await using var _ = alone;
        using var http = alone.Client();
        var (_, key) = new KeyFile(alone.Folder.File(KeyFile.Name)).Add("desk", [Scopes.Search], default);
        http.DefaultRequestHeaders.Authorization = new("Bearer", await alone.Provider.TokenAsync(Audience, "search"));
        await alone.Provider.DisposeAsync();

        await RefusedAsync(HttpStatusCode.ServiceUnavailable, "unavailable", await http.GetAsync("/search"));
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/search")).StatusCode);
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
