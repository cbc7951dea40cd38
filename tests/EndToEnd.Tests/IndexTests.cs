using System.Diagnostics;
using TcMgc.Shared.Catalog;
using TcMgc.Stores;

namespace TcMgc.EndToEnd.Tests;

/// <summary><c>tcmgc index</c> on clips that ffmpeg makes.</summary>
public sealed class IndexTests(Workplace place) : IClassFixture<Workplace>
{
    private static string[] Clips(int count) => [.. Enumerable.Range(0, count).Select(index => TestClips.Distinct(index))];

    [Fact]
    public async Task A_folder_of_clips_becomes_a_catalog_of_indexed_videos()
    {
        var (clips, data) = (place.FolderOf(Clips(3)), place.New("data"));

        var ended = await ProgramRun.RunAsync("index", clips, "--data", data, "--model", place.Model);

        Assert.True(ended.Status == 0, ended.Errors);
        var videos = await IndexContents.VideosAsync(data);
        Assert.All(videos, video => Assert.Equal((VideoState.Indexed, 8), (video.State, video.Frames)));
        Assert.Equal(3, videos.Count);
        Assert.Equal(videos.Sum(video => video.Segments), (await IndexContents.SegmentsAsync(data)).Count);
    }

    [Fact]
    public async Task Frame_packs_do_not_outlive_the_indexing()
    {
        var data = await place.IndexedAsync(Clips(2));

        Assert.Empty(IndexContents.Blobs(data));
    }

    [Fact]
    public async Task What_is_there_is_skipped_whatever_its_name()
    {
        var (data, other) = (await place.IndexedAsync(Clips(2)), place.New("other.mp4"));
        var before = await IndexContents.SegmentsAsync(data);
        File.Copy(Clips(1)[0], other);

        var again = await CommandRun.Of(["index", .. Clips(2), other, "--data", data, "--model", place.Model]);

        Assert.True(again.Status == 0, again.Errors);
        Assert.Equal(before.Keys, (await IndexContents.SegmentsAsync(data)).Keys);
        Assert.Equal(2, (await IndexContents.VideosAsync(data)).Count);
    }

    [Fact]
    public async Task Files_that_fail_are_told_with_the_reason_and_the_others_are_kept()
    {
        var folder = place.FolderOf(Clips(1));
        await File.WriteAllTextAsync(Path.Combine(folder, "no-video.mp4"), "this is no video");
        await File.WriteAllBytesAsync(Path.Combine(folder, "empty.mp4"), []);
        File.Copy(TestClips.SoundOnly(), Path.Combine(folder, "sound.mp4"));
        File.CreateSymbolicLink(Path.Combine(folder, "passwd.mp4"), "/etc/passwd");
        var clip = Path.GetFileNameWithoutExtension(Clips(1)[0]);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{clip}.json"), "[{\"\\ud800\":0}]");
        await BashAsync($"mkfifo pipe.mp4; ln -s pipe.mp4 {clip}.srt; echo 1 > $'caf\\xe9.mp4'");
        var data = place.New("data");

        var ended = await CommandRun.Of("index", folder, "--data", data, "--model", place.Model);

        Assert.Equal(1, ended.Status);
        Assert.All((string[])["no-video.mp4", "empty.mp4", "sound.mp4", "passwd.mp4", "pipe.mp4", "caf\uFFFD.mp4",
            ".srt cannot be read", ".json has no cues"],
            name => Assert.Contains(name, ended.Output + ended.Errors, StringComparison.Ordinal));
        await BashAsync("rm caf*"); // .NET cannot.
        Assert.DoesNotContain("   at ", ended.Errors, StringComparison.Ordinal);
        var videos = await IndexContents.VideosAsync(data);
        Assert.Equal(1, videos.Count(video => video.State == VideoState.Indexed));
        Assert.All(videos.Where(video => video.State == VideoState.Failed), video => Assert.NotEmpty(video.Reason!));

        async Task BashAsync(string command)
        {
            using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder })!;
            await bash.WaitForExitAsync();
            Assert.Equal(0, bash.ExitCode);
        }
    }

    [Fact]
    public async Task A_failed_file_is_tried_again_when_it_is_given_again()
    {
        var folder = place.FolderOf();
        await File.WriteAllTextAsync(Path.Combine(folder, "clip.mp4"), "not yet uploaded in full");
        var data = place.New("data");
        Assert.Equal(1, (await CommandRun.Of("index", folder, "--data", data, "--model", place.Model)).Status);
        Assert.Equal(1, (await CommandRun.Of("index", folder, "--data", data, "--model", place.Model)).Status);
        File.Copy(Clips(1)[0], Path.Combine(folder, "clip.mp4"), overwrite: true);

        var ended = await CommandRun.Of("index", folder, "--data", data, "--model", place.Model);

        Assert.True(ended.Status == 0, ended.Errors);
        Assert.Contains(await IndexContents.VideosAsync(data), video => video is { Name: "clip.mp4", State: VideoState.Indexed });
    }

    [Fact]
    public async Task Hostile_file_names_are_names_like_others()
    {
        var folder = place.FolderOf();
        string[] names = ["-data.mp4", "[red]markup[bold].mp4", "new\nline.mp4", "per%20cent %.mp4", "quote'\".mp4",
            "ünï-猫-🎬.mp4", "back\\slash.mp4", "$(touch x).mp4"];
        for (var i = 0; i < names.Length; i++)
            File.Copy(TestClips.Distinct(i, seconds: 2), Path.Combine(folder, names[i]));
        var data = place.New("data");

        var ended = await CommandRun.Of("index", folder, "--data", data, "--model", place.Model);

        Assert.True(ended.Status == 0, ended.Errors);
        Assert.Equal(names.Order(StringComparer.Ordinal), (await IndexContents.VideosAsync(data)).Select(video => video.Name)
            .Order(StringComparer.Ordinal));
        string[] shown =
            ["/new\\nline.mp4'", "/per%20cent %.mp4'", "/quote'\\''\".mp4'", "/ünï-猫-🎬.mp4  (", "/back\\slash.mp4'"];
        Assert.All(shown, name => Assert.Contains(name, ended.Errors, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("index.db")]
    [InlineData("catalog.db")]
    public async Task After_a_database_was_removed_indexing_again_makes_it_whole(string removed)
    {
        var (data, whole) = (await place.IndexedAsync(Clips(3)), await place.UndisturbedAsync(Clips(3)));
        foreach (var file in Directory.GetFiles(data, removed + "*"))
            File.Delete(file);

        var ended = await CommandRun.Of(["index", .. Clips(3), "--data", data, "--model", place.Model]);

        Assert.True(ended.Status == 0, ended.Errors);
        await IndexContents.SameAsync(whole, data);
    }

    [Fact]
    public async Task Catalog_and_index_are_rebuilt_from_log_and_originals_as_they_were_also_after_an_interruption()
    {
        var clips = Clips(6);
        var (data, whole) = (await place.IndexedAsync(clips), await place.UndisturbedAsync(clips));
        var catalog = await IndexContents.VideosAsync(data);
        foreach (var file in Directory.GetFiles(data, "catalog.db*").Concat(Directory.GetFiles(data, "index.db*")))
            File.Delete(file);
        using (var interrupted = ProgramRun.Start("rebuild", "--data", data, "--model", place.Model))
        {
            await interrupted.LineAsync("indexing again: 0 of 6 videos");
            interrupted.Interrupt();
            Assert.Contains((await interrupted.EndAsync()).Status, new[] { 0, 130 });
        }

        var rebuilt = await CommandRun.Of("rebuild", "--data", data, "--model", place.Model);
        var well = await CommandRun.Of("check", "--data", data);
        string[] search = ["search", "a coloured pattern", "--model", place.Model, "--data"];
        var (expected, found) = (await Workplace.JsonAsync([.. search, whole]), await Workplace.JsonAsync([.. search, data]));

        Assert.True(rebuilt.Status == 0, rebuilt.Errors);
        Assert.Equal((0, "all is well\n"), (well.Status, well.Output));
        await IndexContents.SameAsync(whole, data);
        Assert.Equal(catalog, await IndexContents.VideosAsync(data));
        Assert.Equal(Ranked(expected), Ranked(found));

        static IEnumerable<string> Ranked(System.Text.Json.JsonElement answer) => answer.GetProperty("results").EnumerateArray()
            .Select(result => $"{result.GetProperty("video")} {string.Join(' ', result.GetProperty("segments").EnumerateArray()
                .Select(found => $"{found.GetProperty("segment")} at {found.GetProperty("moment")}"))}");
    }

    [Fact]
    public async Task A_video_whose_removal_was_interrupted_is_whole_again_when_it_is_indexed()
    {
        var (data, whole) = (await place.IndexedAsync(Clips(2)), await place.UndisturbedAsync(Clips(2)));
        using (var folder = await DataFolder.OpenExistingAsync(data, TimeProvider.System, CancellationToken.None))
            await folder.Index.DeleteAsync((await IndexContents.VideosAsync(data))[0].Id, CancellationToken.None);

        var ended = await CommandRun.Of(["index", .. Clips(2), "--data", data, "--model", place.Model]);

        Assert.True(ended.Status == 0, ended.Errors);
        await IndexContents.SameAsync(whole, data);
    }

    [Fact]
    public async Task A_folder_that_another_process_works_in_is_left_to_it()
    {
        var data = place.New("data");
        using var folder = await DataFolder.OpenAsync(data, TimeProvider.System, CancellationToken.None);
        using var work = folder.LockForWork();

        var ended = await ProgramRun.RunAsync("index", Clips(1)[0], "--data", data, "--model", place.Model);

        Assert.Equal(1, ended.Status);
        Assert.Contains($"another tcmgc (process {Environment.ProcessId}) works in {data}",
            Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
    }
}
