using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Shared.Frames;

namespace TcMgc.Shared.Tests.Frames;

public sealed class FramePackTests
{
    private const int Side = 3, FrameBytes = Side * Side * 3;

    [Property]
    public Property Any_frames_come_back_as_written_in_batches_of_any_size() =>
        Prop.ForAll(Gen.Choose(0, 20).ToArbitrary(), Gen.Choose(1, 7).ToArbitrary(), (count, batch) =>
        {
            var frames = Frames(count);
            return ReadAll(Pack(frames), batch).GetAwaiter().GetResult().AsSpan().SequenceEqual(frames);
        });

    [Fact]
    public async Task Times_side_and_count_are_kept()
    {
        await using var reader = await FramePackReader.OpenAsync(new MemoryStream(Pack(Frames(4))), default);

        Assert.Equal((Side, FrameBytes, 4), (reader.Side, reader.FrameBytes, reader.Count));
        Assert.Equal([0.0, 1, 2, 3], reader.Times.ToArray());
    }

    [Fact]
    public async Task A_pack_is_written_to_a_stream_that_cannot_seek()
    {
        using var pack = new MemoryStream();
        await using var oneWay = new System.IO.Compression.BrotliStream(
            pack, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true);

        var writer = await FramePackWriter.CreateAsync(oneWay, Side, default);
        await writer.AppendAsync(Frames(1), 0, default);
        await writer.CompleteAsync(default);

        Assert.Equal(1, writer.Count);
    }

    [Fact]
    public async Task A_pack_cut_anywhere_is_refused()
    {
        var pack = Pack(Frames(3));
        for (var length = 0; length < pack.Length; length++)
            await Assert.ThrowsAsync<InvalidDataException>(async () => await ReadAll(pack[..length], 2));
    }

    [Fact]
    public async Task A_pack_with_any_byte_changed_is_refused()
    {
        var pack = Pack(Frames(2));
        for (var at = 0; at < pack.Length; at++)
        {
            var damaged = pack.ToArray();
            damaged[at] ^= 0x40;
            await Assert.ThrowsAsync<InvalidDataException>(async () => await ReadAll(damaged, 1));
        }
    }

    [Fact]
    public async Task A_header_with_huge_frames_is_refused_before_memory_is_allocated()
    {
        var pack = Pack(Frames(1));
        BitConverter.TryWriteBytes(pack.AsSpan(8), int.MaxValue);

        var error = await Assert.ThrowsAsync<InvalidDataException>(
            async () => await FramePackReader.OpenAsync(new MemoryStream(pack), default));

        Assert.Equal("not a frame pack", error.Message);
    }

    [Fact]
    public async Task Frames_of_another_size_or_out_of_order_are_refused()
    {
        var writer = await FramePackWriter.CreateAsync(Stream.Null, Side, default);
        await writer.AppendAsync(Frames(1), 5, default);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await writer.AppendAsync(new byte[FrameBytes - 1], 6, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await writer.AppendAsync(Frames(1), 4, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await writer.AppendAsync(Frames(1), double.NaN, default));
    }

    [Fact]
    public async Task A_refused_pack_closes_its_stream()
    {
        var stream = new MemoryStream(new byte[100]);

        await Assert.ThrowsAsync<InvalidDataException>(async () => await FramePackReader.OpenAsync(stream, default));

        Assert.False(stream.CanRead);
    }

    [Fact]
    public void The_checksum_is_the_published_crc32c() =>
        Assert.Equal(0xE3069283u, FramePackLayout.Crc32C("123456789"u8));

    private static byte[] Frames(int count)
    {
        var frames = new byte[count * FrameBytes];
        new Random(count).NextBytes(frames);
        return frames;
    }

    private static byte[] Pack(byte[] frames)
    {
        using var pack = new MemoryStream();
        Write(pack, frames).AsTask().GetAwaiter().GetResult();
        return pack.ToArray();
    }

    private static async ValueTask Write(Stream destination, byte[] frames)
    {
        var writer = await FramePackWriter.CreateAsync(destination, Side, default);
        for (var k = 0; k * FrameBytes < frames.Length; k++)
            await writer.AppendAsync(frames.AsMemory(k * FrameBytes, FrameBytes), k, default);
        await writer.CompleteAsync(default);
    }

    private static async Task<byte[]> ReadAll(byte[] pack, int batch)
    {
        await using var reader = await FramePackReader.OpenAsync(new MemoryStream(pack), default);
        using var frames = new MemoryStream();
        var buffer = new byte[batch * reader.FrameBytes];
        while (await reader.ReadAsync(buffer, default) is > 0 and var count)
            frames.Write(buffer, 0, count * reader.FrameBytes);
        return frames.ToArray();
    }
}
