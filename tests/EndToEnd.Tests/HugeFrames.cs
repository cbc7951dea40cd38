using System.Buffers.Binary;
using System.IO.Compression;

namespace TcMgc.EndToEnd.Tests;

/// <summary>Small files that announce frames of a size that ffmpeg itself would not make.</summary>
internal static class HugeFrames
{
    /// <summary>A valid black PNG of side × side pixels, one bit each.</summary>
    public static void WriteImage(string path, int side)
    {
        using var pixels = new MemoryStream();
        using (var compressed = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[1 + (side + 7) / 8];
            for (var i = 0; i < side; i++)
                compressed.Write(row);
        }
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        header[8] = 1;
        using var file = File.Create(path);
        file.Write([0x89, .. "PNG\r\n\x1a\n"u8]);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, pixels.ToArray());
        WriteChunk(file, "IEND"u8, []);
    }

    /// <summary>A copy of an AVI of uncompressed frames whose stream format says that they are side × side.</summary>
    public static void WriteVideo(string path, string avi, int side)
    {
        var bytes = File.ReadAllBytes(avi);
        var size = bytes.AsSpan(bytes.AsSpan().IndexOf("strf"u8) + 12);
        BinaryPrimitives.WriteInt32LittleEndian(size, side);
        BinaryPrimitives.WriteInt32LittleEndian(size[4..], side);
        File.WriteAllBytes(path, bytes);
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc([.. type, .. data]));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
