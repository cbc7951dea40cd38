using System.Buffers.Binary;

namespace TcMgc.Model.Native;

/// <summary>
/// The symbol versions that an ELF library (64 bits, little-endian) asks its dependencies for. Names such as vn_aux are those of
/// elf(5) and of "Symbol Versioning" in the Linux Standard Base.
/// </summary>
internal static class VersionNeeds
{
    /// <summary>
    /// The hash of GLIBCXX_3.4.32, GCC 13's version. TorchSharp's library asks for it because of one symbol that none of its code
    /// uses: std::ios_base_library_init, which iostream names to make sure that libstdc++ is linked.
    /// </summary>
    public const uint Glibcxx3432 = 0x0297F842;

    private const uint VersionNeedSection = 0x6FFFFFFE; // SHT_GNU_verneed
    private const byte Weak = 2;                        // VER_FLG_WEAK: a loader without this version goes on

    /// <summary>Makes a version optional: sets one flag in <paramref name="library"/>.</summary>
    /// <returns>False where the bytes are no such library or do not ask for the version; they are unchanged then.</returns>
    public static bool TryMakeOptional(byte[] library, uint hashOfVersion)
    {
        if (!library.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8)) return false;
        try
        {
            foreach (var version in Versions(library))
            {
                if (Number32(library, version) != hashOfVersion) continue; // vna_hash
                library[version + 4] |= Weak; // vna_flags
                return true;
            }
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            // An offset leads out of the file: it is damaged.
        }
        return false;
    }

    /// <summary>Offsets of all versions (Elf64_Vernaux) that are asked of all libraries (Elf64_Verneed).</summary>
    private static IEnumerable<int> Versions(byte[] library)
    {
        var start = Number64(library, 0x28); // e_shoff
        var size = Number16(library, 0x3A);  // e_shentsize
        var count = Number16(library, 0x3C); // e_shnum
        return from section in Enumerable.Range(0, count).Select(i => checked(start + i * size))
               where Number32(library, section + 4) == VersionNeedSection // sh_type
               from need in Chain(library, Number64(library, section + 24)) // sh_offset
               from version in Chain(library, need + Number32(library, need + 8)) // vn_aux
               select version;
    }

    /// <summary>Offsets of a list's records. Both kinds have the distance to the next one at 12: vn_next, vna_next.</summary>
    private static IEnumerable<int> Chain(byte[] library, long first)
    {
        var at = checked((int)first);
        yield return at;
        while (Number32(library, at + 12) is > 0 and var step)
        {
            at = checked((int)(at + step));
            yield return at;
        }
    }

    private static int Number16(byte[] library, int at) => BinaryPrimitives.ReadUInt16LittleEndian(library.AsSpan(at));

    private static uint Number32(byte[] library, int at) => BinaryPrimitives.ReadUInt32LittleEndian(library.AsSpan(at));

    private static int Number64(byte[] library, int at) =>
        checked((int)BinaryPrimitives.ReadUInt64LittleEndian(library.AsSpan(at)));
}
