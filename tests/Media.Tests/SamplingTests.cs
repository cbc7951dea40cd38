namespace TcMgc.Media.Tests;

/// <summary>Frame k is the last one shown at or before k seconds: proved by clips whose frames carry their numbers.</summary>
public sealed class SamplingTests
{
    private const int Side = 16, Step = 3;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(10, 1)]
    [InlineData(11, 2)]
    [InlineData(20, 2)]
    [InlineData(53, 6)]
    public async Task A_constant_rate_gives_one_frame_for_each_second_begun(int frames, int expected)
    {
        var decoding = await Decoding.OfAsync(TestClips.Numbered(frames, Step), Side);

        Assert.Equal(Enumerable.Range(0, expected).Select(second => 10 * second), Numbers(decoding));
    }

    [Fact]
    public async Task A_rate_that_divides_no_second_gives_the_frame_before_each_second()
    {
        // 30000/1001 a second: frame 30 comes one millisecond after 1 s.
        var clip = TestClips.Numbered(70, Step, "settb=1/30000,setpts=N*1001", ".mp4", "-vsync", "vfr", "-enc_time_base",
            "1/30000", "-video_track_timescale", "30000");

        Assert.Equal([0, 29, 59], Numbers(await Decoding.OfAsync(clip, Side)));
    }

    [Fact]
    public async Task A_variable_rate_gives_the_frame_that_is_shown_at_each_second()
    {
        // Frames 9 to 12, 18 to 29 and 41 are missing: at 1 s frame 8 is still shown, at 2 s frame 17 …
        var clip = TestClips.Numbered(53, Step, "select='not(between(n,9,12)+between(n,18,29)+eq(n,41))'", ".mkv", "-vsync",
            "vfr");

        Assert.Equal([0, 8, 17, 30, 40, 50], Numbers(await Decoding.OfAsync(clip, Side)));
    }

    [Fact]
    public async Task A_frame_that_is_shown_for_long_is_given_for_each_of_its_seconds()
    {
        // As screen recordings have: frame 12 from 1.2 s to 6 s.
        var clip = TestClips.Numbered(61, Step, "select='lt(n,13)+eq(n,60)'", ".mp4", "-vsync", "vfr");

        Assert.Equal([0, 10, 12, 12, 12, 12, 60], Numbers(await Decoding.OfAsync(clip, Side)));
    }

    [Fact]
    public async Task Times_count_from_the_files_start_whatever_timestamp_that_has()
    {
        var clip = TestClips.Make("offset", ".ts",
            ["-i", TestClips.Numbered(35, Step), "-c", "copy", "-output_ts_offset", "7.35"]);

        Assert.Equal([0, 10, 20, 30], Numbers(await Decoding.OfAsync(clip, Side)));
    }

    [Fact]
    public async Task A_stream_that_starts_after_the_sound_shows_its_first_frame_until_the_second_comes()
    {
        var clip = TestClips.Make("late", ".mkv",
            ["-f", "lavfi", "-i", "anullsrc=r=8000:d=4", "-itsoffset", "1.5", "-i", TestClips.Numbered(25, Step), "-map", "0",
                "-map", "1", "-c:v", "copy",
             "-c:a", "pcm_s16le"]);

        Assert.Equal([0, 0, 5, 15], Numbers(await Decoding.OfAsync(clip, Side)));
    }

    [Fact]
    public async Task A_stream_that_changes_its_size_keeps_its_times()
    {
        var first = TestClips.Numbered(25, Step, "null", ".ts", "-muxdelay", "0");
        var second = TestClips.Make("second", ".ts",
            ["-f", "lavfi", "-i",
                $"nullsrc=s=64x32:r=10:d=3.5,format=gray,geq=lum='(N+25)*{Step}',scale=in_range=pc:out_range=tv,format=yuv444p",
             "-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-output_ts_offset", "2.5", "-muxdelay", "0"]);
        var both = Path.Combine(TestClips.Folder, "size-changes.ts");
        await File.WriteAllBytesAsync(both, [.. await File.ReadAllBytesAsync(first), .. await File.ReadAllBytesAsync(second)]);

        Assert.Equal([0, 10, 20, 30, 40, 50], Numbers(await Decoding.OfAsync(both, Side)));
    }

    [Fact]
    public async Task B_frames_and_open_groups_do_not_shift_times()
    {
        var clip = TestClips.Make("b-frames", ".mp4",
            ["-i", TestClips.Numbered(45, Step), "-c:v", "libx264", "-bf", "3", "-g", "12", "-x264-params", "open-gop=1", "-qp",
                "1", "-pix_fmt", "yuv444p"]);

        Assert.Equal([0, 10, 20, 30, 40], Numbers(await Decoding.OfAsync(clip, Side)));
    }

    private static IEnumerable<int> Numbers(Decoding decoding)
    {
        Assert.Null(decoding.Reason);
        return decoding.Greys.Select(grey => (int)Math.Round(grey / (double)Step));
    }
}
