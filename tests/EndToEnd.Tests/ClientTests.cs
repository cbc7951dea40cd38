using System.Net;
using TcMgc.Client;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The C# client against <c>tcmgc serve</c>.</summary>
public sealed class ClientTests(Workplace place) : IClassFixture<Workplace>
{
    [Fact]
    public async Task A_video_goes_in_is_followed_found_described_played_and_removed()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var client = new TcMgcClient(run.Http);
        await using var events = client.FollowAsync(limit.Token).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(VideoEventKind.Ready, events.Current.Kind);

        await using var clip = File.OpenRead(TestClips.Distinct(4, 30));
        var uploaded = await client.UploadAsync(clip, "sea & sun.mp4", limit.Token);
        var told = new List<VideoEvent>();
        while (await events.MoveNextAsync())
        {
            told.Add(events.Current);
            if (events.Current.Video is { State: VideoState.Indexed })
                break;
        }

        Assert.Equal(("sea & sun.mp4", clip.Length, false), (uploaded.Name, uploaded.Bytes, uploaded.Known));
        Assert.All(told, one => Assert.Equal(uploaded.Id, one.Id));
        Assert.Contains(told, one => one is { Kind: VideoEventKind.Progress, Stage: "decode", Percent: > 0 and <= 100 });
        Assert.Contains(told, one => one is { Kind: VideoEventKind.Progress, Stage: "index", Percent: > 0 and <= 100 });

        var answer = await client.SearchAsync(new SearchQuery { Text = "a pattern", Explain = true, Top = 1 }, limit.Token);
        var segment = answer.Results.Single().Segments[0];
        Assert.Equal((uploaded.Id, 4), (answer.Results[0].Video, segment.Explanation!.Texts[0].Contrasts.Count));
        var still = await File.ReadAllBytesAsync(TestClips.Still(TestClips.Distinct(4, 30), 1), limit.Token);
        Assert.Equal(
            uploaded.Id,
            (await client.SearchAsync(
                new SearchQuery { Image = still, Filter = new() { Video = uploaded.Id } }, limit.Token)).Results[0].Video);

        var seen = (await client.GetAsync(uploaded.Id, limit.Token))!;
        var described = await client.DescribeAsync(seen.Id, "Summer", ["sea"], seen.Tag, limit.Token);
        var refused = await Assert.ThrowsAsync<ProblemException>(
            () => client.DescribeAsync(seen.Id, "Winter", null, seen.Tag, limit.Token));
        Assert.Equal(("Summer", HttpStatusCode.PreconditionFailed, "changed"), (described.Title, refused.Status, refused.Type));
        Assert.Equal(segment.Segment, seen.Segments!.Single(one => one.Id == segment.Segment).Id);
        var listed = new List<Client.Video>();
        await foreach (var video in client.ListAsync(cancel: limit.Token))
            listed.Add(video);
        Assert.Equal("Summer", Assert.Single(listed).Title);
        var elsewhere = new TcMgcClient(run.Http) { Collection = "elsewhere" };
        Assert.Equal(("elsewhere", 0), (await elsewhere.GetStatusAsync(limit.Token)) is var none
            ? (none.Collection, none.Videos) : default);
        Assert.Null(await elsewhere.GetAsync(uploaded.Id, limit.Token));
        var status = await client.GetStatusAsync(limit.Token);
        Assert.Equal((1, 0, seen.Segments!.Count), (status.Videos, status.Waiting, (int)status.Segments));

        await using (var original = await client.OpenAsync(uploaded.Id, limit.Token))
        {
            using var played = new MemoryStream();
            await original.CopyToAsync(played, limit.Token);
            Assert.Equal(clip.Length, played.Length);
        }
        await using (var part = await client.OpenClipAsync(uploaded.Id, 1.5, 3, cancel: limit.Token))
        {
            Assert.StartsWith("Summer 0m01s-0m03s.", part.Name, StringComparison.Ordinal);
            Assert.InRange(await part.Content.ReadAsync(new byte[100], limit.Token), 1, 100);
        }
        Assert.Equal(ProxyState.None, (await client.GetProxyAsync(uploaded.Id, cancel: limit.Token)).State);
        var version = await client.PrepareProxyAsync(uploaded.Id, cancel: limit.Token);
        for (; version.State is not ProxyState.Ready; await Task.Delay(100, limit.Token))
            version = await client.GetProxyAsync(uploaded.Id, cancel: limit.Token);
        var format = version.Stream!.EndsWith("webm", StringComparison.Ordinal) ? PlayableFormat.WebM : PlayableFormat.Mp4;
        await using (var playable = await client.OpenProxyAsync(uploaded.Id, format, limit.Token))
            Assert.InRange(await playable.ReadAsync(new byte[100], limit.Token), 1, 100);
        Assert.Equal((true, seen.Proxy), (answer.Results[0].Plays, answer.Results[0].Proxy));
        await client.DeleteAsync(uploaded.Id, described.Tag, limit.Token);
        Assert.Null(await client.GetAsync(uploaded.Id, limit.Token));
    }

    [Fact]
    public async Task A_video_whose_original_was_away_failed_and_is_indexed_when_it_is_tried_again()
    {
        var (data, clip, away) = (place.New("data"), place.New("clip.mp4"), place.New("away.mp4"));
        File.Copy(TestClips.Distinct(4, 30), clip);
        var id = await ServeTests.GiveAsync(data, clip);
        File.Move(clip, away);
        using var run = await ServeRun.StartAsync(place, data);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var client = new TcMgcClient(run.Http);
        await run.UntilAsync(id.ToString(), "failed");
        var failed = (await client.GetAsync(id.Value, limit.Token))!;
        File.Move(away, clip);

        var again = await client.RetryAsync(id.Value, limit.Token);
        await run.UntilAsync(id.ToString(), "indexed");
        var unchanged = await client.RetryAsync(id.Value, limit.Token);
        var unknown = await Assert.ThrowsAsync<ProblemException>(() => client.RetryAsync(Guid.NewGuid(), limit.Token));

        Assert.Equal((VideoState.Failed, "decode"), (failed.State, failed.Failure!.Stage));
        Assert.NotEqual(VideoState.Failed, again.State);
        Assert.Equal((VideoState.Indexed, null), (unchanged.State, unchanged.Failure));
        Assert.Equal((HttpStatusCode.NotFound, "video-not-found"), (unknown.Status, unknown.Type));
    }

    [Fact]
    public async Task What_is_wrong_is_told_by_its_type()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        var client = new TcMgcClient(run.Http);

        var empty = await Assert.ThrowsAsync<ProblemException>(() => client.SearchAsync(" "));
        var unknown = await Assert.ThrowsAsync<ProblemException>(() => client.DeleteAsync(Guid.NewGuid()));

        Assert.Equal((HttpStatusCode.BadRequest, "text-empty"), (empty.Status, empty.Type));
        Assert.Equal((HttpStatusCode.NotFound, "video-not-found"), (unknown.Status, unknown.Type));
        Assert.Contains("empty", empty.Message, StringComparison.Ordinal);
    }
}
