namespace TcMgc.Tests.Common;

/// <summary>The real clips of the reference material, for tests that need only some of them.</summary>
internal static class RealClips
{
    /// <summary>A usual run takes each of so many.</summary>
    public const int Step = 3;

    /// <summary>With TCMGC_LONG=1 all of them, else a third, by name.</summary>
    public static IReadOnlyList<string> Sample =>
    [
        .. Directory.EnumerateFiles(SharedFolder.Path("videos", "clips")).Order(StringComparer.Ordinal)
            .Where((_, index) => LongTests.Enabled || index % Step == 0),
    ];
}
