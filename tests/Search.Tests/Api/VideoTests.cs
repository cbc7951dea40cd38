using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Client;
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

    [Fact]
    public async Task A_list_is_narrowed_ordered_and_goes_on_from_a_cursor_of_its_own_order()
    {
        using var model = new TinyModel();
        await using var api = await HostedApi.StartAsync(model.Model, videos: 3);
        var client = new TcMgcClient(api.Http);
        await client.DescribeAsync(api.Videos[1].Value, "A & B", ["sea", "sun & moon"]);
        var newest = new VideoQuery { Sort = VideoSort.Name, Order = SortOrder.Desc, States = [VideoState.Indexed] };

        var first = await client.ListPageAsync(newest, null, 2);
        var next = await client.ListPageAsync(newest, first.Next, 2);
        var tagged = await client.ListPageAsync(new() { Filter = new() { Tags = ["Sun & Moon", "SEA"] } }, null, 1);
        var none = await client.ListPageAsync(new() { Filter = new() { MinDuration = 6.5 } }, null, 1);
        var elsewhere = await Assert.ThrowsAsync<ProblemException>(() => client.ListPageAsync(new(), first.Next, 2));

        Assert.Equal(["video 2.mp4", "video 0.mp4", "A & B"],
            first.Videos.Concat(next.Videos).Select(video => video.Title ?? video.Name));
        Assert.Equal((3, 3, null), (first.Total, first.States.Indexed, next.Next));
        Assert.Equal(api.Videos[1].Value, Assert.Single(tagged.Videos).Id);
        Assert.Equal((0, 0, 1), (none.Total, none.Videos.Count, tagged.Total));
        Assert.Equal("cursor", elsewhere.Type);
        Assert.Equal(3, await client.ListAsync(new() { Filter = new() { UploadedTo = DateTimeOffset.UnixEpoch } }).CountAsync());
        var recorded = new VideoFilter { RecordedFrom = DateTimeOffset.UnixEpoch, RecordedTo = DateTimeOffset.UnixEpoch };
        Assert.Equal(3, await client.ListAsync(new() { Filter = recorded, Sort = VideoSort.Recorded }).CountAsync());
    }
}
