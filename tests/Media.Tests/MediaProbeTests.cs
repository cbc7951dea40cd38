using System.Runtime.Versioning;
using TcMgc.Shared;

namespace TcMgc.Media.Tests;

public sealed class MediaProbeTests
{
    [Fact]
    public async Task A_video_is_described_as_it_is_shown()
    {
        var info = (await ProbeAsync(TestClips.WithSound(0))).Value!;

        Assert.Equal(("h264", 320, 240, 0, true, "yuv420p"),
            (info.Codec, info.Width, info.Height, info.Rotation, info.HasSound, info.PixelFormat));
        Assert.InRange(info.Duration!.Value, 2.9, 3.1);
    }

    [Fact]
    public async Task A_video_without_sound_is_one() =>
        Assert.False((await ProbeAsync(TestClips.Distinct(0, 1))).Value!.HasSound);

    [Theory]
    [InlineData(".mp4")]
    [InlineData(".mkv")]
    public async Task The_container_says_when_it_was_recorded(string extension)
    {
        var clip = TestClips.Make("recorded", extension,
            ["-i", TestClips.Distinct(0, 1), "-c", "copy", "-metadata", "creation_time=2024-05-03T18:12:30+02:00"]);

        Assert.Equal(new(2024, 5, 3, 16, 12, 30, TimeSpan.Zero), (await ProbeAsync(clip)).Value!.RecordedAt);
        Assert.Null((await ProbeAsync(TestClips.Distinct(0, 1))).Value!.RecordedAt);
    }

    [Theory]
    [InlineData("1904-01-01T00:00:00.000000Z")]
    [InlineData("1970-01-01T00:00:00.000000Z")]
    [InlineData("1980-01-01T00:00:00.000000Z")]
    [InlineData("2026-01-01T00:00:01.000000Z")]
    [InlineData("0000-00-00T00:00:00.000000Z")]
    [InlineData("in summer")]
    [InlineData(null)]
    public void What_cannot_be_when_it_was_recorded_is_left_out(string? tag)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        Assert.Null(RecordingTime.Of(tag, now));
        Assert.Equal(now, RecordingTime.Of("2026-01-01T00:00:00.000000Z", now));
    }

    [Fact]
    public async Task The_video_is_chosen_not_the_cover_before_it()
    {
        var video = TestClips.Distinct(0, 1);
        var withCover = TestClips.Make("cover", ".mp4",
            ["-i", TestClips.Still(video, 0.5), "-i", video, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0",
                "attached_pic", "-disposition:v:1", "default"]);

        var info = (await ProbeAsync(withCover)).Value!;

        Assert.Equal("h264", info.Codec);
        Assert.NotEmpty((await Decoding.OfAsync(withCover, 32)).Frames);
    }

    [Fact]
    public async Task Sound_alone_is_refused() =>
        Assert.Equal("has only sound, no video stream", (await ProbeAsync(TestClips.SoundOnly())).Reason);

    [Fact]
    public async Task Sound_with_a_cover_is_refused()
    {
        var withCover = TestClips.Make("covered-sound", ".m4a",
            ["-i", TestClips.SoundOnly(), "-i", TestClips.Still(TestClips.Distinct(0, 1), 0.5), "-map", "0", "-map", "1", "-c",
                "copy", "-disposition:v:0", "attached_pic", "-f", "mp4"]);

        Assert.Equal("has only a cover picture, no video stream", (await ProbeAsync(withCover)).Reason);
    }

    [Theory]
    [InlineData("empty.mp4", "", "is empty")]
    [InlineData("words.mp4", "These are words, and a good many of them, but no video.",
        "is not a video, or damaged beyond reading")]
    [InlineData("pointer.mp4", "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12345\n",
        "is a Git LFS pointer")]
    [InlineData("playlist.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/etc/hostname\n#EXT-X-ENDLIST\n",
        "is a playlist (hls)")]
    [InlineData("script.mp4", "ffconcat version 1.0\nfile /etc/hostname\n", "is a concat script")]
    [InlineData("dash.mp4",
        "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
        + "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\"></MPD>", "is a playlist (dash)")]
    [InlineData("session.mp4", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "is not a video")]
    [InlineData("text.txt", "ANSI art is a video to ffmpeg, by its name.", "is not a video")]
    public async Task What_is_no_video_is_refused_in_one_line(string name, string content, string reason)
    {
        var path = Path.Combine(TestClips.Folder, name);
        await File.WriteAllTextAsync(path, content);

        var result = await ProbeAsync(path);

        Assert.False(result.Succeeded);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Reason);
        Assert.DoesNotContain(TestClips.Folder, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_with_a_number_pattern_opens_no_other_files()
    {
        var picture = await File.ReadAllBytesAsync(TestClips.Still(TestClips.Distinct(0, 1), 0.5));
        await File.WriteAllBytesAsync(Path.Combine(TestClips.Folder, "sequence001.png"), picture);
        var pattern = Path.Combine(TestClips.Folder, "sequence%03d.png");
        await File.WriteAllBytesAsync(pattern, picture);

        Assert.Contains("is a picture", (await ProbeAsync(pattern)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-leading dash.mp4")]
    [InlineData("quote's \" and `backticks` $(echo).mp4")]
    [InlineData("per%20cent %03d #hash?query=1&x;y.mp4")]
    [InlineData("日本 ñ – 🎬.mp4")]
    [InlineData("two\nlines.mp4")]
    [InlineData("back\\slash [a]{b}*.mp4")]
    [InlineData("concat:a|b.mp4")]
    [InlineData("http:example.mp4")]
    public async Task Any_file_name_is_only_a_name(string name)
    {
        var path = Path.Combine(TestClips.Folder, name);
        File.Copy(TestClips.Distinct(1, 1), path);

        Assert.Single((await Decoding.OfAsync(path, 32)).Frames);
    }

    [Theory]
    [InlineData("ffv1", ".mkv")]
    [InlineData("mjpeg", ".mp4")]
    [InlineData("png", ".mov")]
    public async Task A_frame_beyond_the_limits_is_refused_with_its_size(string codec, string extension)
    {
        var options = new MediaOptions { MaxSide = 1000, MaxMegapixels = 4 };
        var wide = TestClips.Make("wide", extension, ["-f", "lavfi", "-i", "color=s=1200x20:r=1:d=1", "-c:v", codec]);
        var large = TestClips.Make("large", extension, ["-f", "lavfi", "-i", "color=s=3200x2800:r=1:d=1", "-c:v", codec]);

        Assert.Equal("1200x20 frame is larger than the limit (1000 a side, 4 megapixels)",
            (await ProbeAsync(wide, options)).Reason);
        Assert.Equal("3200x2800 frame is larger than the limit (1000 a side, 4 megapixels)",
            (await ProbeAsync(large, options)).Reason);
    }

    [Fact]
    public async Task A_frame_of_20000_by_20000_is_refused_before_memory_is_taken()
    {
        // An MP4 whose header says so: ffmpeg would not make one.
        var path = Path.Combine(TestClips.Folder, "huge.mp4");
        var small = await File.ReadAllBytesAsync(
            TestClips.Make("patched", ".mp4", ["-f", "lavfi", "-i", "color=s=64x64:r=1:d=1", "-c:v", "mjpeg"]));
        Patch(small, "mp4v"u8, 28, 20_000);
        PatchJpeg(small, 20_000);
        await File.WriteAllBytesAsync(path, small);

        Assert.StartsWith("20000x20000 frame is larger than the limit", (await ProbeAsync(path)).Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_larger_than_its_container_says_is_refused_with_its_size()
    {
        var path = Path.Combine(TestClips.Folder, "larger.mp4");
        var clip = TestClips.Make("larger", ".mp4", ["-f", "lavfi", "-i", "color=s=64x64:r=1:d=1", "-c:v", "mjpeg"]);
        var small = await File.ReadAllBytesAsync(clip);
        PatchJpeg(small, 20_000);
        await File.WriteAllBytesAsync(path, small);

        var reason = (await ProbeAsync(path)).Reason;
        Assert.Equal("20000x20000 frame is larger than the limit (16384 a side, 100 megapixels)", reason);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_report_larger_than_any_video_s_is_refused()
    {
        var endless = ProgramScript.Make("endless-report", "ffprobe", "cat /dev/zero");

        var probed = await new MediaProbe(new() { Ffprobe = endless }).ProbeAsync(TestClips.Distinct(0, 2), default);

        Assert.Equal("has more streams than any video", probed.Reason);
    }

    [Fact]
    public async Task A_missing_file_and_a_folder_are_refused()
    {
        Assert.Equal("does not exist", (await ProbeAsync(Path.Combine(TestClips.Folder, "nothing.mp4"))).Reason);
        Assert.Equal("is a folder", (await ProbeAsync(TestClips.Folder)).Reason);
    }

    [Fact]
    public async Task A_device_that_never_ends_is_not_opened() =>
        Assert.Equal("is empty", (await ProbeAsync("/dev/zero")).Reason);

    [Fact]
    public async Task A_missing_ffprobe_says_how_to_install_it()
    {
        var options = new MediaOptions { Ffprobe = "/nowhere/ffprobe" };

        var error = await Assert.ThrowsAsync<UserException>(async () => await ProbeAsync(TestClips.Distinct(0, 1), options));

        Assert.Contains("apt-get install ffmpeg", error.Message, StringComparison.Ordinal);
        Assert.Contains("TCMGC_FFPROBE", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static ValueTask<MediaResult<MediaInfo>> ProbeAsync(string path, MediaOptions? options = null) =>
        new MediaProbe(options ?? new()).ProbeAsync(path, default);

    /// <summary>Writes width and height as the box's two 16-bit numbers.</summary>
    private static void Patch(byte[] file, ReadOnlySpan<byte> box, int offset, ushort side)
    {
        var at = file.AsSpan().IndexOf(box) + offset;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at), side);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at + 2), side);
    }

    private static void PatchJpeg(byte[] file, ushort side) => Patch(file, [0xFF, 0xC0], 5, side);
}
