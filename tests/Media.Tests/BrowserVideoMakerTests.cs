using System.Runtime.Versioning;

namespace TcMgc.Media.Tests;

/// <summary>Versions of videos for browsers, and parts of videos.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class BrowserVideoMakerTests
{
    private const long MostBytes = 1 << 28;

    private static readonly BrowserVideoMaker s_maker = new(new(), TimeProvider.System);

    [SharedTheory]
    [InlineData("mjpeg-cat.avi")]
    [InlineData("flv1-horse.flv")]
    [InlineData("mpeg2-kids.mpg")]
    [InlineData("hevc-coffee.mov")]
    [InlineData("hevc-10bit-horse.mkv")]
    [InlineData("h264-jogging.ts")]
    [InlineData("h263-kitten.3gp")]
    [InlineData("odd-dimensions-333x187-yuv444.mp4")]
    public async Task What_browsers_do_not_play_becomes_what_they_do(string name)
    {
        var file = SharedFolder.Path("videos", "odd", name);
        var before = (await new MediaProbe(new()).ProbeAsync(file, default)).Value!;
        Assert.NotEqual(true, Plays(before));

        await using var made = await MadeAsync(file);

        var after = (await new MediaProbe(new()).ProbeAsync(made.Path, default)).Value!;
        Assert.True(Plays(after));
        Assert.Equal(("h264", before.HasSound, 0), (after.Codec, after.HasSound, after.Rotation));
        Assert.Equal((double)before.Width / before.Height, (double)after.Width / after.Height, 0.02);
        Assert.InRange(after.Duration!.Value, before.Duration!.Value - 0.3, before.Duration.Value + 0.3);
    }

    [Fact]
    public async Task A_part_starts_and_ends_at_its_frames()
    {
        var clip = TestClips.Numbered(40, 3, "null", ".mkv");

        await using var made = await MadeAsync(clip, new(1.3, 1.2));

        var info = (await new MediaProbe(new()).ProbeAsync(made.Path, default)).Value!;
        Assert.Equal(1.2, info.Duration!.Value, 0.05);
        Assert.Equal([13, 23], (await Decoding.OfAsync(made.Path, 16)).Greys.Select(grey => (int)Math.Round(grey / 3.0)));
    }

    [Fact]
    public async Task Large_pictures_become_smaller_and_progress_is_told()
    {
        var clip = TestClips.Distinct(1, 3, "1080x1920");
        var told = new List<double>();

        await using var made = await MadeAsync(clip, progress: new Told(told));

        var info = (await new MediaProbe(new()).ProbeAsync(made.Path, default)).Value!;
        Assert.Equal((720, 1280), (info.Width, info.Height));
        Assert.NotEmpty(told);
        Assert.All(told, share => Assert.InRange(share, 0, 1));
    }

    [Fact]
    public async Task What_plays_already_in_another_container_is_copied_and_what_should_have_played_is_not()
    {
        var source = TestClips.Make("copied", ".ts", ["-i", TestClips.WithSound(0), "-c", "copy"]);
        var run = Path.Combine(TestClips.Folder, "copied.run");
        var ffmpeg = ProgramScript.Make("copying", "ffmpeg", $"echo \"$@\" >> '{run}'\nexec ffmpeg \"$@\"");

        var maker = new BrowserVideoMaker(new() { Ffmpeg = ffmpeg }, TimeProvider.System);

        await using var made = await MadeAsync(source, maker: maker);

        Assert.Contains("-c:v copy", (await File.ReadAllLinesAsync(run))[^1], StringComparison.Ordinal);
        Assert.True(Plays((await new MediaProbe(new()).ProbeAsync(made.Path, default)).Value!));
        await using var again = await MadeAsync(TestClips.WithSound(0), maker: maker);
        Assert.DoesNotContain("-c:v copy", (await File.ReadAllLinesAsync(run))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_made_with_the_best_encoders_that_ffmpeg_has_and_without_any_it_says_so()
    {
        Assert.Equal(BrowserFormat.Mp4, await FormatAsync("libopenh264", "libvpx-vp9", "aac", "libopus"));
        Assert.Equal(BrowserFormat.WebM, await FormatAsync("libvpx-vp9", "libvpx", "aac", "libopus"));
        Assert.Equal(BrowserFormat.WebM, await FormatAsync("libvpx", "libvorbis"));
        var (format, reason) = await With("libx265", "aac").FormatAsync(null, default);
        Assert.Null(format);
        Assert.Contains("has none of the encoders libx264 with aac, ", reason, StringComparison.Ordinal);
        Assert.Null((await s_maker.FormatAsync(BrowserFormat.WebM, default)).Reason);

        static async Task<BrowserFormat?> FormatAsync(params string[] encoders) =>
            (await With(encoders).FormatAsync(null, default)).Format;

        static BrowserVideoMaker With(params string[] encoders) => new(new()
        {
            Ffmpeg = ProgramScript.Make(string.Join('-', encoders), "ffmpeg",
                string.Join('\n', encoders.Select(encoder => $"echo ' V....D {encoder}  of the kind'"))),
        }, TimeProvider.System);
    }

    [Fact]
    public async Task For_browsers_without_H264_there_is_WebM()
    {
        await using var made = await MadeAsync(TestClips.WithSound(2, 1), format: BrowserFormat.WebM);

        var info = (await new MediaProbe(new()).ProbeAsync(made.Path, default)).Value!;
        Assert.Equal(("vp9", "opus"), (info.Codec, info.SoundCodec));
        Assert.True(Plays(info));
    }

    [Fact]
    public async Task One_that_would_be_too_large_and_one_that_is_no_video_are_refused_with_the_reason()
    {
        var large = await s_maker.MakeAsync(TestClips.Distinct(1, 3, "640x480"), null, new(0, 3), 1 << 16, null, default);
        var none = await s_maker.MakeAsync(TestClips.SoundOnly(), null, null, MostBytes, null, default);

        Assert.StartsWith("cannot be prepared: it would be larger than", large.Reason, StringComparison.Ordinal);
        Assert.Equal("has only sound, no video stream", none.Reason);
    }

    [Theory]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", "h264", "yuv420p", "aac", true)]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", "h264", "yuv420p", null, true)]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", "h264", "yuv420p", "ac3", false)]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", "h264", "yuv420p10le", "aac", null)]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", "hevc", "yuv420p", "aac", null)]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", "mpeg4", "yuv420p", "aac", false)]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", "h263", "yuv420p", "amrnb", false)]
    [InlineData("matroska,webm", "vp9", "yuv420p", "opus", true)]
    [InlineData("matroska,webm", "h264", "yuv420p", "aac", null)]
    [InlineData("matroska,webm", "h264", "yuv420p", "dts", false)]
    [InlineData("matroska,webm", "mpeg2video", "yuv420p", null, false)]
    [InlineData("avi", "h264", "yuv420p", null, false)]
    [InlineData("flv", "h264", "yuv420p", "aac", false)]
    [InlineData("mpegts", "h264", "yuv420p", "aac", false)]
    public void Whether_browsers_play_a_file_follows_from_what_it_is(
        string container, string codec, string pixels, string? sound, bool? plays) =>
        Assert.Equal(plays, BrowserPlayback.Plays(container, codec, pixels, sound));

    private static bool? Plays(MediaInfo info) =>
        BrowserPlayback.Plays(info.Format, info.Codec, info.PixelFormat, info.SoundCodec);

    private static async Task<BrowserVideo> MadeAsync(string path, BrowserVideoMaker.Part? part = null,
        BrowserFormat? format = null, IProgress<double>? progress = null, BrowserVideoMaker? maker = null)
    {
        var made = await (maker ?? s_maker).MakeAsync(path, format, part, MostBytes, progress, default);
        Assert.True(made.Succeeded, made.Reason);
        return made.Value;
    }

    private sealed class Told(List<double> shares) : IProgress<double>
    {
        public void Report(double value) => shares.Add(value);
    }
}
