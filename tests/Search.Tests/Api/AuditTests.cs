using System.Net.Http.Json;
using System.Text.Json;
using TcMgc.Hosting.Audit;

namespace TcMgc.Search.Tests.Api;

public sealed class AuditTests
{
    [Fact]
    public async Task Who_describes_and_deletes_a_video_is_told_and_who_only_tries_is_not()
    {
        using var model = new TinyModel();
        await using var api = await HostedApi.StartAsync(model.Model, videos: 1);
        var video = $"/api/v1/videos/{api.Videos[0]}";

        (await api.Http.PatchAsJsonAsync($"/api/v1/videos/{Guid.NewGuid()}", new { title = "Nowhere" })).Dispose();
        (await api.Http.PatchAsJsonAsync(video, new { title = "Summer" })).EnsureSuccessStatusCode();
        (await api.Http.DeleteAsync(video)).EnsureSuccessStatusCode();
        (await api.Http.DeleteAsync(video)).Dispose();

        var lines = File.ReadAllLines(Path.Combine(api.Folder, AuditLog.FileName))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Equal(["describe", "delete"], lines.Select(line => line.GetProperty("action").GetString()));
        Assert.All(lines, line => Assert.Equal(api.Videos[0].ToString(), line.GetProperty("video").GetString()));
        Assert.All(lines, line => Assert.Equal("127.0.0.1", line.GetProperty("address").GetString()));
    }
}
