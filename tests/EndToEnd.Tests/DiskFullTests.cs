using System.Diagnostics;
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
        await run.UntilAsync(await ServiceCluster.UploadAsync(run, TestClips.Distinct(0, 2)), "indexed");
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

        File.Delete(filler);
        var started = Stopwatch.GetTimestamp();
        Assert.False((await run.UntilAsync(waiting, "indexed")).TryGetProperty("failure", out _));
        var indexed = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"the video that waited indexed {indexed.TotalSeconds:F1} s after there was room");
        await run.UntilReadyzAsync();
        await run.UntilAsync(await ServiceCluster.UploadAsync(run, TestClips.Distinct(2, 2)), "indexed");
        run.Terminate();
        var ended = await run.EndAsync();
        Assert.True(ended.Status == 0, ended.Errors);
        Assert.Single(ended.ErrorLines, line => line.Contains("blobs: the disk is full", StringComparison.Ordinal)
            && line.Contains("a store is away", StringComparison.Ordinal));
        Assert.DoesNotContain("given up", ended.Errors, StringComparison.Ordinal);
    }

    private static async Task<bool> CanMountAsync()
    {
        try
        {
            string[] mount = ["-rm", "mount", "-t", "tmpfs", "none", Path.GetTempPath()];
            using var run = ProgramRun.StartIn("/", "unshare", mount, []);
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
