using System.Net;
using System.Net.Http.Json;

namespace TcMgc.Search.Tests.Api;

public sealed class EntityTagTests : IAsyncLifetime
{
    private readonly TinyModel _model = new();
    private HostedApi _api = null!;

    private string Video => $"/api/v1/videos/{_api.Videos[0]}";

    public async ValueTask InitializeAsync() => _api = await HostedApi.StartAsync(_model.Model, videos: 2);

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _model.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string header, string tag,
        object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        Assert.True(request.Headers.TryAddWithoutValidation(header, tag));
        return await _api.Http.SendAsync(request);
    }

    [Fact]
    public async Task What_is_known_is_not_sent_again_until_it_changes()
    {
        foreach (var path in (string[])[Video, "/api/v1/videos", "/api/v1/videos?limit=1"])
        {
            using var first = await _api.Http.GetAsync(path);
            using var again = await SendAsync(HttpMethod.Get, path, "If-None-Match", first.Headers.ETag!.Tag);
            using var weak = await SendAsync(HttpMethod.Get, path, "If-None-Match", $"\"other\", W/{first.Headers.ETag}");
            using var described = await _api.Http.PatchAsJsonAsync(Video, new { title = path });
            using var changed = await SendAsync(HttpMethod.Get, path, "If-None-Match", first.Headers.ETag.Tag);

            Assert.Equal((HttpStatusCode.NotModified, ""), (again.StatusCode, await again.Content.ReadAsStringAsync()));
            Assert.Equal(first.Headers.ETag, again.Headers.ETag);
            Assert.Equal(HttpStatusCode.NotModified, weak.StatusCode);
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            Assert.NotEqual(first.Headers.ETag, changed.Headers.ETag);
        }
    }

    [Fact]
    public async Task Only_what_was_seen_is_changed()
    {
        using var seen = await _api.Http.GetAsync(Video);
        using var first = await SendAsync(HttpMethod.Patch, Video, "If-Match", seen.Headers.ETag!.Tag, new { title = "one" });
        using var second = await SendAsync(HttpMethod.Patch, Video, "If-Match", seen.Headers.ETag.Tag, new { title = "two" });
        using var nonsense = await SendAsync(HttpMethod.Delete, Video, "If-Match", "nonsense");
        using var third = await SendAsync(HttpMethod.Patch, Video, "If-Match", first.Headers.ETag!.Tag, new { title = "three" });
        using var any = await SendAsync(HttpMethod.Delete, Video, "If-Match", "*");

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.PreconditionFailed, HttpStatusCode.PreconditionFailed, HttpStatusCode.OK,
                HttpStatusCode.NoContent],
            new[] { first, second, nonsense, third, any }.Select(answer => answer.StatusCode));
        Assert.Contains("urn:tcmgc:problem:changed", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_who_change_what_they_saw_one_wins()
    {
        using var seen = await _api.Http.GetAsync(Video);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(at =>
            SendAsync(HttpMethod.Patch, Video, "If-Match", seen.Headers.ETag!.Tag, new { title = $"{at}" })));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
    }
}
