using System.Runtime.Versioning;
using TcMgc.Media.Tests;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.EndToEnd.Tests;

/// <summary>
/// Whatever ends the program, indexing again gives what an undisturbed run gives: never half a video, nothing twice.
/// </summary>
public sealed class InterruptionTests(Workplace place) : IClassFixture<Workplace>
{
    private static readonly string[] s_clips = [.. Enumerable.Range(0, 6).Select(index => TestClips.Distinct(index))];

    [Fact]
    public async Task Killed_after_any_video_and_run_again_it_is_as_if_undisturbed()
    {
        var (whole, data) = (await place.UndisturbedAsync(s_clips), place.New("data"));
        for (var killed = 0; killed < 3; killed++)
        {
            using var run = Start(data);
            await run.LineAsync("distinct-");
            run.Kill();
            await run.EndAsync();
            await HoldsWholeVideosOnlyAsync(whole, data);
        }

        var ended = await CommandRun.Of(Index(data));

        Assert.True(ended.Status == 0, ended.Errors);
        await IndexContents.SameAsync(whole, data);
        Assert.Empty(IndexContents.Blobs(data));
    }

    [Fact]
    public async Task Killed_after_any_event_and_run_again_it_is_as_if_undisturbed()
    {
        var (whole, data) = (await place.UndisturbedAsync(s_clips), place.New("data"));
        var events = 0;
        for (var further = 1; further <= 5; further++)
        {
            using var run = Start(data);
            await EventsAsync(data, events += further);
            run.Kill();
            await run.EndAsync();
        }
        // What a killed run had decoded again, and not yet found to be indexed.
        var indexed = (await IndexContents.VideosAsync(data)).First(video => video.State == VideoState.Indexed);
        Directory.CreateDirectory(Path.Combine(data, "blobs", "frames"));
        await File.WriteAllTextAsync(Path.Combine(data, "blobs", VideoBlobs.FramesOf(indexed.Id)), "frames");

        var ended = await CommandRun.Of(Index(data));

        Assert.True(ended.Status == 0, ended.Errors);
        await IndexContents.SameAsync(whole, data);
        Assert.Empty(IndexContents.Blobs(data));
    }

    [Fact]
    public async Task Ctrl_C_ends_it_soon_and_says_how_to_go_on()
    {
        var (whole, data) = (await place.UndisturbedAsync(s_clips), place.New("data"));
        using (var run = Start(data))
        {
            await run.LineAsync("distinct-");
            run.Interrupt();
            var interrupted = await run.EndAsync();
            Assert.Equal(130, interrupted.Status);
            Assert.Contains("again", interrupted.ErrorLines[^1], StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", interrupted.Errors, StringComparison.Ordinal);
        }
        await HoldsWholeVideosOnlyAsync(whole, data);

        Assert.Equal(0, (await CommandRun.Of(Index(data))).Status);
        await IndexContents.SameAsync(whole, data);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Killed_it_takes_an_ffmpeg_that_hangs_along()
    {
        var ids = place.New("ids");
        var ffmpeg = ProgramScript.Make("hangs", "ffmpeg", $"""
            [ "$1" = -version ] && exec ffmpeg "$@"
            sleep 600 &
            echo $$ $! > '{ids}.new'
            mv '{ids}.new' '{ids}'
            wait
            """);
        using var run = ProgramRun.StartIn(Path.GetTempPath(), ProgramRun.Command[0],
            [.. ProgramRun.Command[1..], "index", s_clips[0], "--data", place.New("data"), "--model", place.Model],
            [new("TCMGC_FFMPEG", ffmpeg)]);
        var started = await ProgramScript.ProcessIdsAsync(ids);

        run.Kill();

        Assert.All(started, id => Assert.True(ProgramScript.Ends(id), $"process {id} still runs"));
    }

    [Fact]
    public async Task What_an_interrupted_run_left_is_finished_by_the_next_whatever_it_is_given()
    {
        var data = place.New("data");
        using (var run = Start(data))
        {
            await run.LineAsync("distinct-");
            run.Kill();
            await run.EndAsync();
        }
        var left = (await IndexContents.VideosAsync(data)).Select(video => video.Id).ToList();

        var ended = await CommandRun.Of("index", TestClips.Distinct(7), "--data", data, "--model", place.Model);

        Assert.True(ended.Status == 0, ended.Errors);
        var videos = await IndexContents.VideosAsync(data);
        Assert.All(videos, video => Assert.Equal(VideoState.Indexed, video.State));
        Assert.Equal(left.Count + 1, videos.Count);
    }

    private ProgramRun Start(string data) => ProgramRun.Start(Index(data));

    private string[] Index(string data) => ["index", .. s_clips, "--data", data, "--model", place.Model];

    /// <summary>Waits until so many events lie in the log, of this run and those before it.</summary>
    private static async Task EventsAsync(string data, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var folder = await DataFolder.OpenAsync(data, TimeProvider.System, limit.Token);
        await foreach (var _ in folder.Events.SubscribeAsync(new("test", Topics.All) { MaxInFlight = count }, limit.Token))
            if (--count == 0)
                return;
    }

    /// <summary>Each video that has a segment in the index has all that an undisturbed run gives it.</summary>
    private static async Task HoldsWholeVideosOnlyAsync(string whole, string data)
    {
        var found = (await IndexContents.SegmentsAsync(data)).Values.Select(segment => segment.Place).ToHashSet();
        var videos = found.Select(Video).ToHashSet();
        Assert.Equal(
            (await IndexContents.SegmentsAsync(whole)).Values.Select(segment => segment.Place)
            .Where(segment => videos.Contains(Video(segment))).Order(),
            found.Order());

        static string Video(string segment) => segment[..segment.IndexOf(' ', StringComparison.Ordinal)];
    }
}
