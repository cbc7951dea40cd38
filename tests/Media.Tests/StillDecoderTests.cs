using System.Buffers.Binary;
using TcMgc.Shared;

namespace TcMgc.Media.Tests;

public sealed class StillDecoderTests
{
    private const int Side = 64;

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg", "-q:v", "2")]
    [InlineData(".webp", "-lossless", "1")]
    [InlineData(".bmp")]
    [InlineData(".tiff")]
    [InlineData(".ppm")]
    [InlineData(".gif")]
    public async Task A_picture_of_any_kind_gives_what_a_frame_of_it_would(string extension, params string[] encoding)
    {
        var video = TestClips.Distinct(7, 1);
        var picture = TestClips.Make("kind", extension, ["-i", video, "-frames:v", "1", .. encoding]);

        var still = await DecodeAsync(picture);

        var frame = (await Decoding.OfAsync(video, Side)).Frames[0];
        Assert.InRange(still.Zip(frame, (a, b) => Math.Abs(a - b)).Average(), 0, extension == ".gif" ? 20 : 4);
    }

    [Fact]
    public async Task A_video_gives_its_first_frame()
    {
        var video = TestClips.Distinct(0, 3);

        Assert.Equal((await Decoding.OfAsync(video, Side)).Frames[0], await DecodeAsync(video));
    }

    [Fact]
    public async Task A_picture_comes_as_bytes_too()
    {
        var picture = TestClips.Still(TestClips.Distinct(3, 1), 0.4);
        await using var stream = File.OpenRead(picture);

        var result = await new StillDecoder(new()).DecodeAsync(stream, Side, default);

        Assert.Equal(await DecodeAsync(picture), result.Value);
    }

    [Fact]
    public async Task A_photograph_is_shown_upright()
    {
        // Red on the left half as stored; orientation 6 turns it clockwise: red on top.
        var jpeg = await File.ReadAllBytesAsync(TestClips.Make("photo", ".jpg",
            ["-f", "lavfi", "-i", "color=blue:s=128x128:d=1,drawbox=0:0:64:128:red:fill", "-frames:v", "1", "-q:v", "2"]));
        var path = Path.Combine(TestClips.Folder, "photo-6.jpg");
        await File.WriteAllBytesAsync(path, WithOrientation(jpeg, 6));

        var still = await DecodeAsync(path);

        Assert.True(still[(8 * Side + 48) * 3] > 200, "the top right is red");
        Assert.True(still[(56 * Side + 16) * 3] < 60, "the bottom left is not");
    }

    [Theory]
    [InlineData("words.png", "no picture at all, but enough words to look at", "is not an image that can be read")]
    [InlineData("empty.jpg", "", "is empty")]
    [InlineData("list.png", "#EXTM3U\n#EXTINF:5,\n/etc/hostname\n", "is not an image that can be read")]
    public async Task What_is_no_picture_is_refused_in_one_line(string name, string content, string reason)
    {
        var path = Path.Combine(TestClips.Folder, $"still-{name}");
        await File.WriteAllTextAsync(path, content);

        var error = await Assert.ThrowsAsync<UserException>(() => DecodeAsync(path));

        Assert.StartsWith($"{path}: {reason}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_missing_picture_and_sound_are_refused()
    {
        var missing = await Assert.ThrowsAsync<UserException>(() => DecodeAsync(Path.Combine(TestClips.Folder, "nothing.png")));
        var sound = await Assert.ThrowsAsync<UserException>(() => DecodeAsync(TestClips.SoundOnly()));

        Assert.EndsWith("does not exist", missing.Message, StringComparison.Ordinal);
        Assert.Contains("is not an image that can be read", sound.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_of_20000_by_20000_is_refused_before_memory_is_taken()
    {
        var png = await File.ReadAllBytesAsync(TestClips.Still(TestClips.Distinct(0, 1), 0.5));
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 20_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 20_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        var path = Path.Combine(TestClips.Folder, "huge.png");
        await File.WriteAllBytesAsync(path, png);

        var error = await Assert.ThrowsAsync<UserException>(() => DecodeAsync(path));

        Assert.Equal($"{path}: 20000x20000 frame is larger than the limit (16384 a side, 100 megapixels)", error.Message);
    }

    [Fact]
    public async Task An_endless_picture_is_refused()
    {
        await using var endless = new EndlessPicture(await File.ReadAllBytesAsync(TestClips.Make("start", ".bmp",
            ["-f", "lavfi", "-i", "color=s=4000x4000:d=1", "-frames:v", "1"])));

        var result = await new StillDecoder(new() { MaxImageBytes = 5 << 20 }).DecodeAsync(endless, Side, default);

        Assert.Equal("is larger than the limit for pictures (5 MiB)", result.Reason);
    }

    private static async Task<byte[]> DecodeAsync(string path) => await new StillDecoder(new()).DecodeAsync(path, Side, default);

    /// <summary>An Exif segment with nothing but the orientation, after the JPEG's first marker.</summary>
    private static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation,
                0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        var crc = ~0u;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }

    /// <summary>The beginning of a picture, then zeros for ever.</summary>
    private sealed class EndlessPicture(byte[] start) : MemoryStream(start[..1000])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = Read(buffer.Span);
            return new(read > 0 ? read : buffer.Length);
        }
    }
}
