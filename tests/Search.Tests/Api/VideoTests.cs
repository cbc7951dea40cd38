using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Tests.Api;

public sealed class VideoTests
{
    [Fact]
    public async Task The_segments_of_a_video_are_told_without_fetching_their_frames()
    {
        using var model = new TinyModel();
        var library = new SampleLibrary(model.Model);
        await library.AddRandomAsync("video 0.mp4"); // As the hosted one, in an index that counts.
        await using var api = await HostedApi.StartAsync(
            model.Model, videos: 1, services => services.AddSingleton<IVectorIndex>(library.Index));

        var video = await api.Http.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{api.Videos[0]}");

        Assert.Equal([0, 3],
            video.GetProperty("segments").EnumerateArray().Select(segment => segment.GetProperty("start").GetInt32()));
        Assert.Contains("FetchPlaces", library.Index.Asked);
        Assert.DoesNotContain("FetchFrames", library.Index.Asked);
    }
}
