using System.Buffers.Binary;

namespace TcMgc.Media.Tests;

/// <summary>The pictures that come of the same run of ffmpeg as the frames.</summary>
public sealed class FramePicturesTests
{
    private const int Side = 32, Step = 8, EachSecond = 10;

    [Fact]
    public async Task Frames_are_the_same_with_pictures_beside_them()
    {
        foreach (var clip in new[] { TestClips.Distinct(0, 3), TestClips.VariableRate(1), TestClips.Rotated(2, 90) })
            Assert.Equal((await Decoding.OfAsync(clip, Side)).Frames, (await MadeAsync(clip)).Frames);
    }

    [Fact]
    public async Task Each_second_has_the_picture_of_its_frame_whole_and_upright()
    {
        var made = await MadeAsync(TestClips.Rotated(0, 90));

        Assert.Equal(3, made.Pack.Seconds);
        Assert.Equal((PicturePack.Width, 426), SizeOf(await made.Pack.ReadAsync(2, default)));
        var grey = await MadeAsync(TestClips.Numbered(3 * EachSecond, Step));
        for (var second = 0; second < 3; second++)
            Assert.Equal(second * EachSecond * Step, await GreyAsync(await grey.Pack.ReadAsync(second, default)), Step / 2.0);
    }

    [Fact]
    public async Task A_black_second_has_the_picture_of_one_close_by_and_none_of_them_stands_for_the_video()
    {
        // Black but from 4 s to 6 s.
        var clip = TestClips.Make("fades", ".mp4", ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=12", "-vf",
            "drawbox=c=black:t=fill:enable='not(between(t,4,6))'", "-c:v", "libx264", "-preset", "ultrafast"]);

        var pack = (await MadeAsync(clip)).Pack;

        Assert.Equal(4, pack.Poster);
        var pictures = new List<byte[]>();
        for (var second = 0; second < pack.Seconds; second++)
            pictures.Add(await pack.ReadAsync(second, default));
        Assert.Equal(pictures[4], pictures[2]);
        Assert.Equal(pictures[6], pictures[8]);
        Assert.NotEqual(pictures[4], pictures[1]);
        Assert.NotEqual(pictures[4], pictures[6]);
    }

    [Fact]
    public async Task The_strip_is_the_one_that_is_made_of_a_video_alone()
    {
        var clip = TestClips.Numbered(139 * EachSecond, 1);
        var strip = Strip.Of(139);

        var beside = (await MadeAsync(clip)).Strip!;
        var alone = (await new PictureMaker(new(), TimeProvider.System).StripAsync(clip, strip, default)).Value!;

        Assert.Equal((strip.Columns * strip.Width, strip.Rows * strip.Height), SizeOf(beside));
        Assert.Equal(SizeOf(alone), SizeOf(beside));
    }

    [Theory]
    [InlineData("90x160")]
    [InlineData("320x100")]
    public async Task A_picture_of_another_shape_stands_in_the_strip_whole_before_no_black(string size)
    {
        var clip = TestClips.Make("white", ".mp4", ["-f", "lavfi", "-i", $"color=white:s={size}:r=10:d=2", "-c:v", "libx264"]);

        foreach (var strip in new[]
        {
            (await MadeAsync(clip)).Strip!,
            (await new PictureMaker(new(), TimeProvider.System).StripAsync(clip, Strip.Of(2), default)).Value!,
        })
        {
            using var jpeg = new MemoryStream(strip, writable: false);
            var pixels = await new StillDecoder(new()).DecodeAsync(jpeg, 90, default);
            Assert.All(pixels.Value!, value => Assert.InRange(value, 235, 255));
        }
    }

    [Theory]
    [InlineData("color=black", true)]
    [InlineData("color=white", true)]
    [InlineData("color=0x3050a0", true)]
    [InlineData("color=0x101010,noise=alls=6", true)]
    [InlineData("testsrc2", false)]
    [InlineData("color=0x3050a0,drawbox=x=20:y=20:w=40:h=40:c=orange:t=fill", false)]
    [InlineData("color=black,drawbox=x=20:y=20:w=40:h=40:c=0x606060:t=fill", false)]
    public async Task A_frame_that_is_black_or_of_one_colour_is_plain(string picture, bool isPlain)
    {
        var (source, filters) = picture.Split(',', 2) is [var first, var rest] ? (first, rest) : (picture, "null");
        var separator = source.Contains('=', StringComparison.Ordinal) ? ":" : "=";
        var clip = TestClips.Make("plain", ".mp4", ["-f", "lavfi", "-i", $"{source}{separator}s=256x256:r=10:d=1", "-vf", filters,
            "-c:v", "libx264"]);

        Assert.Equal(isPlain, PlainFrame.Is((await Decoding.OfAsync(clip, 224)).Frames[0]));
    }

    private sealed record Made(IReadOnlyList<byte[]> Frames, PicturePack Pack, byte[]? Strip);

    private static async Task<Made> MadeAsync(string clip)
    {
        await using var reader = (await new FrameDecoder(new()).OpenAsync(clip, Side, withPictures: true, default)).Value!;
        var (frames, frame) = (new List<byte[]>(), new byte[reader.FrameBytes]);
        while (await reader.ReadAsync(frame, default) > 0)
            frames.Add([.. frame]);
        Assert.Null(reader.Warning);
        using var pictures = await reader.EndWithPicturesAsync();
        Assert.Equal(frames.Count, pictures!.Count);
        var blob = new MemoryStream();
        await PicturePack.WriteAsync(blob, pictures, [.. frames.Select(one => PlainFrame.Is(one))], default);
        blob.Position = 0;
        return new(frames, await PicturePack.OpenAsync(blob, default), pictures.StripJpeg);
    }

    private static async Task<int> GreyAsync(byte[] picture)
    {
        using var jpeg = new MemoryStream(picture, writable: false);
        var pixels = (await new StillDecoder(new()).DecodeAsync(jpeg, Side, default)).Value!;
        return pixels[pixels.Length / 2];
    }

    /// <summary>Width and height, from the header of its frame (SOF0).</summary>
    private static (int, int) SizeOf(byte[] jpeg)
    {
        var header = jpeg.AsSpan(jpeg.AsSpan().IndexOf((byte[])[0xFF, 0xC0]));
        return (BinaryPrimitives.ReadUInt16BigEndian(header[7..]), BinaryPrimitives.ReadUInt16BigEndian(header[5..]));
    }
}
