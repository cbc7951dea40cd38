using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using TcMgc.EndToEnd.Tests.Services;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The disk of the data folder fills: a small one in memory, which only the service's process sees.</summary>
public sealed class DiskFullTests(Workplace place, ITestOutputHelper output) : IClassFixture<Workplace>
{
    private const int DiskMiB = 48, RoomKiB = 768;

    [Fact]
    public async Task While_the_disk_is_full_uploads_are_answered_503_and_leave_nothing_and_what_is_under_way_waits()
    {
        Assert.SkipUnless(await CanMountAsync(), "this machine lets no user mount a file system of his own (unshare -rm)");
        var disk = Directory.CreateDirectory(place.New("disk")).FullName;
        using var run = await ServeRun.StartOnDiskAsync(place, disk, DiskMiB);
        var indexed = await ServiceCluster.UploadAsync(run, TestClips.Distinct(0, 2));
        await run.UntilAsync(indexed, "indexed");
        var filler = run.PathOf(Path.Combine(disk, "filler"));

        // Room for a video, not for its frames.
        var clip = TestClips.Distinct(1, 240, "64x64");
        Fill(filler, room: new FileInfo(clip).Length + (RoomKiB << 10));
        var waiting = await ServiceCluster.UploadAsync(run, clip);
        await run.UntilReadyzAsync("outages", "blobs: the disk is full");

        Fill(filler, room: 0);
        using var refused = await run.UploadAsync(TestClips.Distinct(2, 2));
        Assert.Contains("the disk is full", await ServeRun.UnavailableAsync(refused), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(run.PathOf(Path.Combine(disk, "data", "blobs", ".unfinished"))));
        Assert.Equal(2, (await run.UntilListedAsync(2)).Length);
        await AssertRefusedAsync(run, indexed);
        await run.UntilReadyzAsync("stores", "data: the disk is full");

        File.Delete(filler);
        var started = Stopwatch.GetTimestamp();
        Assert.False((await run.UntilAsync(waiting, "indexed")).TryGetProperty("failure", out _));
        var elapsed = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"the video that waited indexed {elapsed.TotalSeconds:F1} s after there was room");
        await run.UntilReadyzAsync();
        await AssertTakenAsync(run, indexed);
        await run.UntilAsync(await ServiceCluster.UploadAsync(run, TestClips.Distinct(2, 2)), "indexed");
        run.Terminate();
        var ended = await run.EndAsync();
        Assert.True(ended.Status == 0, ended.Errors);
        Assert.Single(ended.ErrorLines, line => line.Contains("blobs: the disk is full", StringComparison.Ordinal)
            && line.Contains("a store is away", StringComparison.Ordinal));
        Assert.DoesNotContain("given up", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_on_the_size_of_files_is_a_full_disk_and_ends_neither_the_service_nor_its_work()
    {
        Assert.SkipUnless(await CanRunAsync("prlimit", "--fsize"), "there is no prlimit here (util-linux)");
        using var run = await ServeRun.StartProcessAsync(place, place.New("data"));
        await run.LimitFilesAsync(0);
        // Loads the model; it may not.
        using var first = await run.Http.PostAsJsonAsync("/api/v1/search", new { text = "a ball" });
        await run.LimitFilesAsync(null);
        var indexed = await ServiceCluster.UploadAsync(run, TestClips.Distinct(0, 2));
        await run.UntilAsync(indexed, "indexed");
        var waiting = await ServiceCluster.UploadAsync(run, TestClips.Distinct(3, 20));

        await run.LimitFilesAsync(0);
        using var refused = await run.UploadAsync(TestClips.Distinct(2, 2));
        await ServeRun.UnavailableAsync(refused);
        await AssertRefusedAsync(run, indexed);
        await run.UntilReadyzAsync("stores", "the disk is full");

        await run.LimitFilesAsync(null);
        await run.UntilAsync(waiting, "indexed");
        await run.UntilReadyzAsync();
        await AssertTakenAsync(run, indexed);
        await run.UntilAsync(await ServiceCluster.UploadAsync(run, TestClips.Distinct(2, 2)), "indexed");
        run.Terminate();
        var ended = await run.EndAsync();
        Assert.True(ended.Status == 0, ended.Errors);
    }

    /// <summary>Every way to write is answered that it is for now.</summary>
    private static async Task AssertRefusedAsync(ServeRun run, string video)
    {
        using var described = await run.Http.PatchAsJsonAsync($"/api/v1/videos/{video}", new { title = "while it is full" });
        using var deleted = await run.Http.DeleteAsync($"/api/v1/videos/{video}");
        using var transcribed = await run.Http.PutAsync($"/api/v1/videos/{video}/transcript", Cue("full"));
        using var begun = await run.Http.SendAsync(new(HttpMethod.Post, "/api/v1/uploads")
        {
            Headers = { { "Tus-Resumable", "1.0.0" }, { "Upload-Length", "9" } },
        });
        foreach (var answer in (HttpResponseMessage[])[described, deleted, transcribed, begun])
            await ServeRun.UnavailableAsync(answer);
        using var searched = await run.Http.PostAsJsonAsync("/api/v1/search", new { text = "a ball" });
        Assert.Equal(HttpStatusCode.OK, searched.StatusCode);
    }

    /// <summary>The same ways, without a restart.</summary>
    private static async Task AssertTakenAsync(ServeRun run, string video)
    {
        using var described = await run.Http.PatchAsJsonAsync($"/api/v1/videos/{video}", new { title = "now" });
        Assert.Equal("now", (await ServeRun.JsonAsync(described)).GetProperty("title").GetString());
        using var transcribed = await run.Http.PutAsync($"/api/v1/videos/{video}/transcript", Cue("now"));
        Assert.Equal(HttpStatusCode.OK, transcribed.StatusCode);
    }

    private static StringContent Cue(string words) => new($"1\n00:00:00,500 --> 00:00:01,500\n{words}\n");

    private static Task<bool> CanMountAsync() =>
        CanRunAsync("unshare", "-rm", "mount", "-t", "tmpfs", "none", Path.GetTempPath());

    private static async Task<bool> CanRunAsync(string command, params string[] arguments)
    {
        try
        {
            using var run = ProgramRun.StartIn("/", command, arguments, []);
            return (await run.EndAsync()).Status == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Makes a file take all the room of its disk but so many bytes.</summary>
    private static void Fill(string path, long room)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                file.Write(new byte[4096]);
        }
        catch (IOException)
        {
            file.SetLength(file.Length - room);
        }
    }
}
