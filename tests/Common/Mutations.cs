using FsCheck;
using FsCheck.Fluent;

namespace TcMgc.Tests.Common;

/// <summary>Changes valid bytes in one to seven places: others, fewer, more, cut short, doubled.</summary>
internal static class Mutations
{
    private const int LongestCopy = 256, LikelyHeader = 4096;

    /// <summary>How many times as many trials as usual: TCMGC_FUZZ.</summary>
    private static readonly int s_times =
        int.TryParse(Environment.GetEnvironmentVariable("TCMGC_FUZZ"), out var times) ? times : 1;

    private static Arbitrary<(int Kind, int Place, int Value)[]> Any =>
        (from kind in Gen.Choose(0, 4)
         from place in Gen.Choose(0, int.MaxValue)
         from value in Gen.Choose(0, int.MaxValue)
         select (kind, place, value)).ArrayOf().Where(list => list.Length is > 0 and < 8).ToArbitrary();

    /// <summary>Checks that something survives mutations of valid bytes.</summary>
    /// <param name="original">The valid bytes.</param>
    /// <param name="trials">How many mutations, without <c>TCMGC_FUZZ</c>.</param>
    /// <param name="survives">Asserts it of mutated bytes.</param>
    public static void Check(byte[] original, int trials, Action<byte[]> survives) =>
        Prop.ForAll(Any, list => survives(list.Aggregate(original, Mutate)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(trials * s_times));

    private static byte[] Mutate(byte[] bytes, (int Kind, int Place, int Value) mutation)
    {
        if (bytes.Length == 0)
            return [(byte)mutation.Value];
        var place = (mutation.Place % 2 == 0 ? mutation.Place : mutation.Place % LikelyHeader) % bytes.Length;
        var changed = bytes.ToArray();
        switch (mutation.Kind)
        {
            case 0: changed[place] = (byte)mutation.Value; return changed;
            case 1: changed[place] ^= (byte)(1 << (mutation.Value % 8)); return changed;
            case 2: return [.. bytes[..place], .. bytes[Math.Min(bytes.Length, place + 1 + (mutation.Value % 16))..]];
            case 3: return [.. bytes[..place], (byte)mutation.Value, .. bytes[place..]];
            default:
                return mutation.Value % 8 == 0 ? bytes[..place]
                : [.. bytes[..place], .. bytes[..(mutation.Value % Math.Min(bytes.Length, LongestCopy))], .. bytes[place..]];
        }
    }
}
