using System.Runtime.Versioning;

namespace TcMgc.Media.Tests;

/// <summary>Which videos take one run of ffmpeg, and which take ffprobe before it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class OneRunTests
{
    private static readonly string s_none = ProgramScript.Make("no-probe", "ffprobe", "exit 1");

    [Fact]
    public async Task An_ordinary_video_takes_no_ffprobe_and_what_is_told_of_it_is_what_ffprobe_would_say()
    {
        foreach (var clip in new[] { TestClips.Distinct(0, 3), TestClips.WithSound(1), TestClips.VariableRate(1) })
        {
            var info = (await Decoding.OfAsync(clip, 32, new() { Ffprobe = s_none })).Info!;

            var probed = (await new MediaProbe(new()).ProbeAsync(clip, default)).Value!;
            Assert.Equal(probed with { Duration = info.Duration, StartsLate = 0 }, info);
            Assert.Equal(probed.Duration!.Value, info.Duration!.Value, 0.1);
        }
    }

    [Fact]
    public async Task One_that_is_turned_or_begins_late_or_says_no_length_is_probed_first()
    {
        var late = TestClips.Make("very-late", ".mkv", ["-f", "lavfi", "-i", "anullsrc=r=8000:d=2", "-itsoffset", "1", "-i",
            TestClips.Distinct(0, 1), "-map", "0", "-map", "1", "-c:v", "copy", "-c:a", "pcm_s16le"]);
        var raw = TestClips.Make("raw", ".h264", ["-i", TestClips.Distinct(0, 1), "-c", "copy"]);

        foreach (var clip in new[] { TestClips.Rotated(0, 90), late, raw })
            Assert.Empty((await Decoding.OfAsync(clip, 32, new() { Ffprobe = s_none })).Frames);
    }

    [Theory]
    [InlineData("exit 1")]
    [InlineData("echo '[info] Input #1, of nothing' >&2; exec sleep 600")]
    [InlineData("cat told >&2; exit 1")]
    public async Task Where_ffmpeg_tells_nothing_or_asks_for_nothing_the_video_is_probed(string body)
    {
        var name = $"telling-{Guid.NewGuid():N}";
        var told = Path.Combine(TestClips.Folder, $"{name}.told");
        await File.WriteAllTextAsync(told, """
            [info] Input #0, mov, from 'input.mp4':
            [info]   Duration: 00:00:02.00, start: 0.000000, bitrate: 1 kb/s
            [info]   Stream #0:0: Video: h264, yuv420p(progressive), 320x240, 10 fps
            [info] Input #1, ffmetadata, from '/dev/null':

            """);
        var script = $"case \"$*\" in *ffmetadata*) {body.Replace("told", $"'{told}'", StringComparison.Ordinal)} ;; esac\n"
            + "exec ffmpeg \"$@\"";

        var decoding = await Decoding.OfAsync(
            TestClips.Distinct(0, 2), 32, new() { Ffmpeg = ProgramScript.Make(name, "ffmpeg", script) });

        Assert.Equal(2, decoding.Frames.Count);
    }
}
