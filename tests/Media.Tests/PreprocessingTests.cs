using System.Diagnostics;

namespace TcMgc.Media.Tests;

/// <summary>Frames are what CLIP's preprocessing (Pillow's bicubic, centre crop) makes of the same frames at full size.</summary>
public sealed class PreprocessingTests
{
    /// <summary>Mean absolute difference allowed, in steps of 1/255.</summary>
    private const double Tolerance = 2;

    [SharedTheory]
    [MemberData(nameof(SharedClips))]
    public async Task Frames_of_a_real_clip_are_within_two_steps_of_Pillows(string name)
    {
        var worst = await WorstDifferenceAsync(SharedFolder.Path("videos", "clips", name), side: 224);

        Assert.InRange(worst, 0, Tolerance);
    }

    [Theory]
    [InlineData("320x240", 224)]
    [InlineData("333x187", 224)]
    [InlineData("187x333", 224)]
    [InlineData("97x65", 224)]
    [InlineData("1921x1081", 224)]
    [InlineData("640x360", 336)]
    [InlineData("640x480", 32)]
    public async Task Frames_of_any_size_are_within_two_steps_of_Pillows(string size, int side)
    {
        var clip = TestClips.Make("sized", ".mkv",
            ["-f", "lavfi", "-i", $"mandelbrot=s={size}:r=2", "-t", "2", "-c:v", "ffv1", "-pix_fmt", "yuv420p"]);

        Assert.InRange(await WorstDifferenceAsync(clip, side), 0, Tolerance);
    }

    [Theory]
    [InlineData("yuv420p10le", "ffv1")]
    [InlineData("yuv422p", "ffv1")]
    [InlineData("yuv444p12le", "ffv1")]
    [InlineData("gray", "ffv1")]
    [InlineData("gray16le", "ffv1")]
    [InlineData("bgr0", "ffv1")]
    [InlineData("gbrp10le", "ffv1")]
    [InlineData("yuva420p", "ffv1")]
    [InlineData("rgb48le", "ffv1")]
    [InlineData("pal8", "png")]
    [InlineData("rgba", "png")]
    [InlineData("monob", "png")]
    [InlineData("yuvj420p", "mjpeg")]
    public async Task Frames_of_any_pixel_format_are_within_two_steps_of_Pillows(string format, string codec)
    {
        var clip = TestClips.Make("format", ".mkv",
            ["-f", "lavfi", "-i", "mandelbrot=s=300x200:r=2", "-t", "2", "-c:v", codec, "-pix_fmt", format]);

        Assert.InRange(await WorstDifferenceAsync(clip, side: 112), 0, Tolerance);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public async Task A_rotated_video_is_shown_upright(int degrees)
    {
        // Top left red, the rest dark: stored so, and turned clockwise by the player.
        var stored = TestClips.Make("corner", ".mp4",
            ["-f", "lavfi", "-i", "color=0x101010:s=96x64:r=10:d=1,drawbox=0:0:32:32:red:fill", "-c:v", "libx264", "-qp", "0",
                "-pix_fmt", "yuv444p"]);
        var turned = TestClips.Make($"turned-{degrees}", ".mp4",
            ["-i", stored, "-c", "copy", "-metadata:s:v:0", $"rotate={degrees}"]);

        var decoding = await Decoding.OfAsync(turned, side: 64);

        // The shorter side stays whole, 64 of 96 remain of the longer: the corner is halfway in.
        var corners = new[] { (X: 4, Y: 4), (X: 59, Y: 4), (X: 59, Y: 59), (X: 4, Y: 59) };
        var red = corners.Select(corner => decoding.Frames[0][(corner.Y * 64 + corner.X) * 3] > 128).ToList();
        var clockwise = (360 - degrees) % 360 / 90; // ffmpeg's rotate tag counts counter-clockwise when it is written
        Assert.Equal(Enumerable.Range(0, 4).Select(corner => corner == clockwise), red);
        Assert.Equal(degrees is 90 or 270 ? (64, 96) : (96, 64), (decoding.Info!.Width, decoding.Info.Height));
    }

    [Fact]
    public async Task Pixels_that_are_not_square_are_stretched_as_shown()
    {
        // A circle of 64 in squeezed pixels: 32 wide in the file.
        var clip = TestClips.Make("squeezed", ".mp4",
            ["-f", "lavfi", "-i",
                "nullsrc=s=64x128:r=1:d=1,geq=lum='16+219*lt(hypot(2*(X-32),Y-64),32)':cb=128:cr=128,setsar=2/1",
             "-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv444p"]);

        var decoding = await Decoding.OfAsync(clip, side: 128);

        var bright = Enumerable.Range(0, 128 * 128).Where(pixel => decoding.Frames[0][pixel * 3] > 128).ToList();
        Assert.InRange(bright.Max(pixel => pixel % 128) - bright.Min(pixel => pixel % 128), 60, 66);
        Assert.InRange(bright.Max(pixel => pixel / 128) - bright.Min(pixel => pixel / 128), 60, 66);
        Assert.Equal((128, 128), (decoding.Info!.Width, decoding.Info.Height));
    }

    [Fact]
    public async Task Interlaced_frames_lose_their_combs()
    {
        // A bright bar that moves fast: its two fields show it at two places.
        var clip = TestClips.Make("interlaced", ".mp4",
            ["-f", "lavfi", "-i",
                "nullsrc=s=256x256:r=50:d=1,geq=lum='16+219*between(mod(X-T*400,256),0,60)':cb=128:cr=128,"
                + "tinterlace=interleave_top,setfield=tff",
             "-c:v", "libx264", "-flags", "+ildct+ilme", "-qp", "0", "-pix_fmt", "yuv420p"]);

        var decoding = await Decoding.OfAsync(clip, side: 256);

        Assert.True(decoding.Info!.MayBeInterlaced);
        Assert.InRange(Combs(decoding.Frames[0], 256), 0, 0.01);
    }

    [Theory]
    [InlineData("3000x2")]
    [InlineData("2x3000")]
    [InlineData("1x1")]
    [InlineData("16000x90")]
    [InlineData("90x3000")]
    public async Task Frames_of_extreme_shapes_decode(string size)
    {
        var clip = TestClips.Make("extreme", ".mkv",
            ["-f", "lavfi", "-i", $"color=0x40c020:s=16000x3000:r=1:d=1,crop={size.Replace('x', ':')}:exact=1", "-c:v", "ffv1",
            "-pix_fmt", "yuv444p"]);

        var decoding = await Decoding.OfAsync(clip, side: 224);

        var frame = Assert.Single(decoding.Frames);
        Assert.InRange(frame[1], 0xb0, 0xd0);
    }

    [Fact]
    public async Task An_absurd_pixel_shape_is_ignored()
    {
        var clip = TestClips.Make("absurd", ".mkv",
            ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=1:d=1,setsar=60000/1", "-c:v", "ffv1"]);

        var decoding = await Decoding.OfAsync(clip, side: 64);

        Assert.Single(decoding.Frames);
        Assert.Equal((64, 64), (decoding.Info!.Width, decoding.Info.Height));
    }

    public static TheoryData<string> SharedClips() => SharedFolder.Root is null
        ? new("none")
        : new(RealClips.Sample.Select(path => Path.GetFileName(path)));

    private static async Task<double> WorstDifferenceAsync(string clip, int side)
    {
        var decoding = await Decoding.OfAsync(clip, side);
        var (width, height) = (decoding.Info!.CodedWidth, decoding.Info.CodedHeight);
        var full = FullFrames(clip, width, height);
        Assert.NotEmpty(decoding.Frames);
        Assert.Equal(full.Count, decoding.Frames.Count);
        return decoding.Frames.Zip(full, (ours, frame) =>
            Difference(ours, PillowBicubic.ShorterSideAndCrop(frame, width, height, side))).Max();
    }

    private static double Difference(byte[] ours, byte[] theirs)
    {
        long sum = 0;
        for (var k = 0; k < ours.Length; k++)
            sum += Math.Abs(ours[k] - theirs[k]);
        return sum / (double)ours.Length;
    }

    /// <summary>Share of pixels that differ strongly from the rows above and below while those agree.</summary>
    private static double Combs(byte[] frame, int side)
    {
        var combs = 0;
        for (var y = 1; y < side - 1; y++)
            for (var x = 0; x < side; x++)
            {
                int Row(int row) => frame[(row * side + x) * 3];
                if (Math.Abs(Row(y - 1) - Row(y + 1)) < 20 && Math.Abs(Row(y) - Row(y - 1)) > 100)
                    combs++;
            }
        return combs / (double)(side * side);
    }

    /// <summary>The same seconds' frames at full size, as ffmpeg gives them to whoever asks for RGB.</summary>
    private static List<byte[]> FullFrames(string clip, int width, int height)
    {
        var start = new ProcessStartInfo(new MediaOptions().Ffmpeg) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-v", "error", "-nostdin", "-i", clip, "-map", "0:v:0", "-vf", "fps=1:round=up", "-f",
            "rawvideo", "-pix_fmt", "rgb24", "-"])
            start.ArgumentList.Add(argument);
        using var ffmpeg = Process.Start(start)!;
        using var all = new MemoryStream();
        ffmpeg.StandardOutput.BaseStream.CopyTo(all);
        ffmpeg.WaitForExit();
        return [.. all.ToArray().Chunk(width * height * 3)];
    }
}
