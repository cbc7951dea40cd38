using System.Buffers.Binary;
using TcMgc.Model.Native;

namespace TcMgc.Model.Tests.Native;

public sealed class VersionNeedsTests
{
    [Fact]
    public void TorchSharps_library_asks_for_the_newest_libstdcpp_no_more_once_one_byte_is_changed()
    {
        var original = LibrariesOfThisProgram.TorchSharp();
        var relaxed = original.ToArray();

        Assert.True(VersionNeeds.TryMakeOptional(relaxed, VersionNeeds.Glibcxx3432));

        var changed = Assert.Single(Enumerable.Range(0, original.Length), i => relaxed[i] != original[i]);
        Assert.Equal((0, 2), (original[changed], relaxed[changed])); // no flags, and VER_FLG_WEAK
        Assert.Equal(HashOf("GLIBCXX_3.4.32"), BinaryPrimitives.ReadUInt32LittleEndian(relaxed.AsSpan(changed - 4)));
    }

    [Fact]
    public void A_version_that_is_not_asked_for_changes_nothing()
    {
        var library = LibrariesOfThisProgram.TorchSharp();
        var before = library.ToArray();

        Assert.False(VersionNeeds.TryMakeOptional(library, HashOf("GLIBCXX_3.4.33")));
        Assert.Equal(before, library);
    }

    [Fact]
    public void What_is_no_elf_library_is_refused()
    {
        Assert.False(VersionNeeds.TryMakeOptional([], VersionNeeds.Glibcxx3432));
        Assert.False(VersionNeeds.TryMakeOptional("MZ: a library of Windows"u8.ToArray(), VersionNeeds.Glibcxx3432));
    }

    [Fact]
    public void A_library_that_was_cut_short_is_refused()
    {
        var library = LibrariesOfThisProgram.TorchSharp();

        Assert.All([6, 0x30, 0x40, library.Length / 2], length =>
            Assert.False(VersionNeeds.TryMakeOptional(library[..length], VersionNeeds.Glibcxx3432)));
    }

    [Fact]
    public void Whatever_byte_of_the_headers_is_damaged_nothing_but_the_flag_is_written()
    {
        var original = LibrariesOfThisProgram.TorchSharp();
        var library = original.ToArray();
        Assert.True(VersionNeeds.TryMakeOptional(library, VersionNeeds.Glibcxx3432));
        var flag = Enumerable.Range(0, library.Length).First(i => library[i] != original[i]);
        library[flag] = original[flag];

        foreach (var at in Enumerable.Range(0, 0x40).Concat(Enumerable.Range(flag - 0x150, 0x160)))
            foreach (var value in (byte[])[0x00, 0x01, 0x7F, 0x80, 0xFF])
            {
                library[at] = value;
                VersionNeeds.TryMakeOptional(library, VersionNeeds.Glibcxx3432);
                (library[at], library[flag]) = (original[at], original[flag]);
                Assert.True(library.AsSpan().SequenceEqual(original), $"byte {at} set to {value}");
            }
    }

    /// <summary>The hash of a name by which ELF's loaders find it.</summary>
    private static uint HashOf(string name)
    {
        uint hash = 0;
        foreach (var letter in name)
        {
            hash = (hash << 4) + letter;
            var top = hash & 0xF000_0000;
            hash = (hash ^ (top >> 24)) & ~top;
        }
        return hash;
    }
}
