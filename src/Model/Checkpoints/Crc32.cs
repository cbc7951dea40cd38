using System.Buffers.Binary;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// The checksum of zip archives, which .NET reads past: a storage that was damaged would come out as wrong weights.
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8, Entries = 256;

    /// <summary>Entry b of table s: what the byte b adds to the checksum when s bytes follow it.</summary>
    private static readonly uint[][] s_tables = Tables();

    /// <summary>The checksum of bytes, eight at a time.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = s_tables[7][(byte)low] ^ s_tables[6][(byte)(low >> 8)] ^ s_tables[5][(byte)(low >> 16)] ^ s_tables[4][low >> 24]
                ^ s_tables[3][(byte)high] ^ s_tables[2][(byte)(high >> 8)]
                ^ s_tables[1][(byte)(high >> 16)] ^ s_tables[0][high >> 24];
        }
        foreach (var value in bytes)
            crc = s_tables[0][(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[][] Tables()
    {
        var tables = new uint[Slices][];
        tables[0] = new uint[Entries];
        for (var value = 0u; value < Entries; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Polynomial;
            tables[0][value] = crc;
        }
        for (var slice = 1; slice < Slices; slice++)
            tables[slice] = [.. tables[slice - 1].Select(crc => (crc >> 8) ^ tables[0][(byte)crc])];
        return tables;
    }
}
