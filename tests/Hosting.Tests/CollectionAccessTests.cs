using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using TcMgc.Hosting.Access;
using TcMgc.Shared;

namespace TcMgc.Hosting.Tests;

/// <summary>Which collection a request is about.</summary>
public sealed class CollectionAccessTests : IDisposable
{
    private readonly ScratchFolder _data = new();
    private readonly KeyFile _keys;

    public CollectionAccessTests() => _keys = new(_data.File(KeyFile.Name));

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_key_opens_its_own_collection_and_no_other()
    {
        var (press, text) = _keys.Add("press desk", [Scopes.Search], default, CollectionId.Parse("press"));
        var (_, common) = _keys.Add("everybody", [Scopes.Search], default);
        await using var app = await StartAsync("--Access:Keys", "always");

        Assert.Equal("press", await AskAsync(app, key: text));
        Assert.Equal("press", await AskAsync(app, "?collection=press", text));
        Assert.Equal("collection 403", await AskAsync(app, "?collection=desk", text));
        Assert.Equal("collection 403", await AskAsync(app, "?collection=default", text));
        Assert.Equal("collection 403", await AskAsync(app, header: "desk", key: text));
        Assert.Equal("request 400", await AskAsync(app, "?collection=No", text));
        Assert.Equal("default", await AskAsync(app, key: common));
        Assert.Equal("collection 403", await AskAsync(app, "?collection=press", common));
        Assert.Equal("key 401", await AskAsync(app, "?collection=press"));
        Assert.Equal("press", await AskAsync(app, key: _keys.Rotate(press.Id, default).Text));
    }

    [Fact]
    public async Task A_key_of_before_collections_is_for_the_default_one()
    {
        var (_, text) = _keys.Add("old", [Scopes.Search], default, CollectionId.Parse("press"));
        File.WriteAllText(_keys.Path, File.ReadAllText(_keys.Path).Replace(
            ",\n    \"collection\": \"press\"", "", StringComparison.Ordinal));
        Assert.DoesNotContain("press", File.ReadAllText(_keys.Path), StringComparison.Ordinal);
        await using var app = await StartAsync("--Access:Keys", "always");

        Assert.Equal("default", await AskAsync(app, key: text));
    }

    [Fact]
    public async Task Where_no_key_is_needed_a_request_names_the_collection_and_one_with_a_key_its_own_alone()
    {
        var (_, text) = _keys.Add("press desk", [Scopes.Search], default, CollectionId.Parse("press"));
        await using var app = await StartAsync();

        Assert.Equal("default", await AskAsync(app));
        Assert.Equal("press", await AskAsync(app, "?collection=press"));
        Assert.Equal("press", await AskAsync(app, header: "press"));
        Assert.Equal("request 400", await AskAsync(app, header: "no name"));
        Assert.Equal("press", await AskAsync(app, key: text));
        Assert.Equal("collection 403", await AskAsync(app, "?collection=desk", text));
    }

    private async Task<WebApplication> StartAsync(params string[] settings)
    {
        var builder = ServiceProgram.CreateBuilder(
            ["--Data", _data.Path, "--Urls", "http://127.0.0.1:0", .. settings], "test");
        await builder.AddStorageAsync();
        var app = builder.BuildService();
        app.MapGet("/api/where", (CollectionCatalog own) => own.Collection.Name).RequireAuthorization(Scopes.Search);
        await app.StartAsync();
        return app;
    }

    /// <summary>The collection that answers, or the kind of problem and its status.</summary>
    private static async Task<string> AskAsync(WebApplication app, string query = "", string? key = null, string? header = null)
    {
        using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };
        if (key is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (header is not null)
            http.DefaultRequestHeaders.Add("Tcmgc-Collection", header);
        using var answer = await http.GetAsync($"/api/where{query}");
        var body = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == HttpStatusCode.OK ? body
            : $"{System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("type").GetString()!.Split(':')[^1]} "
                + $"{(int)answer.StatusCode}";
    }
}
