namespace TcMgc.Media.Tests;

public sealed class FfmpegReportTests
{
    private const string Video = "  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), "
        + "yuv420p(tv, bt709, progressive), 480x270 [SAR 1:1 DAR 16:9], 260 kb/s, 29.97 fps, 29.97 tbr, 30k tbn (default)";

    private const string Sound = "  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, mono, fltp, 1 kb/s";

    private static readonly DateTimeOffset s_now = new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_ordinary_video_is_described()
    {
        var info = Describe(Video, Sound)!;

        Assert.Equal(("mov,mp4", "h264", "yuv420p", 0, 480, 270, 480, 270), (info.Format, info.Codec, info.PixelFormat,
            info.StreamIndex, info.CodedWidth, info.CodedHeight, info.Width, info.Height));
        Assert.Equal((69.66, true, "aac", false), (info.Duration, info.HasSound, info.SoundCodec, info.MayBeInterlaced));
        Assert.Equal(new DateTimeOffset(2024, 5, 3, 16, 12, 30, TimeSpan.Zero), info.RecordedAt);
        Assert.False(Describe(Video)!.HasSound);
    }

    [Theory]
    [InlineData("vp9 (Profile 0), yuv420p(tv), 64x48, SAR 2:1 DAR 8:3, 10 fps, 10 tbr, 1k tbn (default)", 128)]
    [InlineData("hevc (Main 10) (hvc1 / 0x31637668), yuv420p10le(tv, bt2020nc/bt2020/arib-std-b67), 64x48, 30 fps, 600 tbn", 64)]
    [InlineData("h264, yuvj420p(pc, progressive), 64x48 [SAR 1:1 DAR 4:3], SAR 3:2 DAR 2:1, 10 fps, 10 tbr, 10 tbn", 96)]
    [InlineData("mpeg1video, yuv420p, 64x48 [SAR 200:1 DAR 800:3], 30 fps", 64)]
    [InlineData("av1 (libdav1d) (Main), gbrp(pc, gbr/bt709/bt709), 64x48, 30 fps, start 0.500000 (default) (original)", 64)]
    public void Pixels_are_shown_as_square_ones(string stream, int width) =>
        Assert.Equal((width, 48),
            Describe($"  Stream #0:0: Video: {stream}") is { } info ? (info.Width, info.Height) : default);

    [Fact]
    public void The_first_video_that_is_no_cover_is_taken()
    {
        var info = Describe("  Stream #0:1: Video: h264, yuv420p(progressive), 64x48, 10 fps, 10 tbr",
            "  Stream #0:0: Video: mjpeg (Baseline), yuvj420p(pc), 600x600, 90k tbr, 90k tbn (attached pic)")!;

        Assert.Equal((1, 64), (info.StreamIndex, info.Width));
    }

    [Theory]
    [InlineData("h264 (High), yuv420p(tv, top first), 64x48, 25 fps, 25 tbr")]
    [InlineData("h264 (High), yuv420p(tv, top coded first (swapped)), 64x48, 25 fps, 25 tbr")]
    [InlineData("mpeg2video (Main), yuv420p(tv), 720x576, 25 fps, 25 tbr")]
    [InlineData("mjpeg, yuvj420p(pc, progressive), 64x48, 25 fps (still image)")]
    [InlineData("png, rgb24(pc), 64x48, 25 fps (default) (timed thumbnails)")]
    [InlineData("h264, none, 64x48, 25 fps (default) (attached pic)")]
    [InlineData("h264 (High), yuv420p(progressive), 20000x48, 25 fps")]
    [InlineData("h264 (High), yuv420p(progressive), 12000x12000, 25 fps")]
    [InlineData("h264 (High), yuv420p(progressive), 64x48, 300k fps")]
    [InlineData("h264 (High) (avc1 / 0x31637661), 25 fps")]
    [InlineData("none, 64x48, 25 fps (cut off here")]
    [InlineData("h264, yuv420p(progressive), 64x48, 25 fps", "      displaymatrix: rotation of -90.00 degrees")]
    public void What_is_not_ordinary_or_beyond_a_limit_is_not_described(string stream, string further = "") =>
        Assert.Null(Describe($"  Stream #0:0: Video: {stream}", further));

    [Fact]
    public void Neither_is_what_has_no_length_or_much_or_no_picture_or_was_not_told_to_its_end()
    {
        Assert.NotNull(Describe(Video));
        Assert.Null(Describe("N/A", [Video]));
        Assert.Null(Describe("00:00:00.00, start: 0.000000", [Video]));
        Assert.Null(Describe("00:05:00.01, start: 0.000000", [Video]));
        Assert.Null(Describe(Sound));
        Assert.Null(new FfmpegReport().Describe(new(), s_now));
    }

    [Fact]
    public void What_a_file_says_of_itself_is_no_stream() =>
        Assert.Null(Describe("    Stream #0:0: Video: h264, yuv420p, 64x48"));

    private static MediaInfo? Describe(params string[] streams) =>
        Describe("00:01:09.66, start: 0.000000, bitrate: 271 kb/s", streams);

    private static MediaInfo? Describe(string duration, string[] streams)
    {
        var report = new FfmpegReport();
        foreach (var line in (string[])["Input #0, mov,mp4, from 'input.mp4':", "  Metadata:", "    title   : a film",
            "    creation_time   : 2024-05-03T16:12:30.000000Z",
            $"  Duration: {duration}", .. streams, "    Metadata:", "Input #1, ffmetadata, from '/dev/null':"])
            report.Add(line);
        return report.Describe(new(), s_now);
    }
}
