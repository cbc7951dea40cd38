using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TcMgc.Shared.Frames;

/// <summary>
/// Layout of a frame pack, all numbers little-endian:
/// <code>
/// header   16 bytes   "TCMGCFP1", side S (int32), zero (int32)
/// frames   N × S·S·3  rows from the top, pixels from the left, R G B, one byte each
/// index    N × 16     time in seconds (float64), CRC-32C of the frame (uint32), zero (uint32)
/// trailer  16 bytes   N (int32), CRC-32C of header, index and N (uint32), "1PFCGMCT"
/// </code>
/// N is at the end, so that a writer needs neither to know it in advance nor to seek. A truncated pack has no trailer and is
/// refused.
/// </summary>
internal static class FramePackLayout
{
    public const int HeaderBytes = 16, IndexEntryBytes = 16, TrailerBytes = 16;

    /// <summary>Packs with a larger side are refused before anything is allocated: no encoder has such frames.</summary>
    public const int MaxSide = 4096;

    private static ReadOnlySpan<byte> Magic => "TCMGCFP1"u8;
    private static ReadOnlySpan<byte> EndMagic => "1PFCGMCT"u8;

    public static int FrameBytes(int side) => side * side * 3;

    public static byte[] Header(int side)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), side);
        return header;
    }

    public static int SideOf(ReadOnlySpan<byte> header)
    {
        var side = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        return header.StartsWith(Magic) && side is > 0 and <= MaxSide ? side : throw new InvalidDataException("not a frame pack");
    }

    public static void WriteEntry(Span<byte> entry, double time, uint crc)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(entry, time);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], crc);
        entry[12..].Clear();
    }

    public static (double Time, uint Crc) EntryAt(ReadOnlySpan<byte> index, int frame) =>
        (BinaryPrimitives.ReadDoubleLittleEndian(index[(frame * IndexEntryBytes)..]),
         BinaryPrimitives.ReadUInt32LittleEndian(index[(frame * IndexEntryBytes + 8)..]));

    public static byte[] Trailer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> index)
    {
        var trailer = new byte[TrailerBytes];
        BinaryPrimitives.WriteInt32LittleEndian(trailer, index.Length / IndexEntryBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), Crc32C(trailer.AsSpan(0, 4), Crc32C(index, Crc32C(header))));
        EndMagic.CopyTo(trailer.AsSpan(8));
        return trailer;
    }

    /// <summary>The number of frames in the trailer, checked against the size of the pack.</summary>
    public static int CountOf(ReadOnlySpan<byte> trailer, int side, long packBytes)
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        var expected = HeaderBytes + (long)count * (FrameBytes(side) + IndexEntryBytes) + TrailerBytes;
        return trailer[8..].SequenceEqual(EndMagic) && count >= 0 && expected == packBytes
            ? count
            : throw new InvalidDataException("a frame pack that was not written to its end");
    }

    /// <summary>CRC-32C (Castagnoli), continued from <paramref name="crc"/>.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data, uint crc = 0)
    {
        crc = ~crc;
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var rest in data[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}
