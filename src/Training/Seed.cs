namespace TcMgc.Training;

/// <summary>Independent random streams from one seed, so that a step's random numbers do not depend on earlier steps.</summary>
internal static class Seed
{
    /// <summary>The seed of a stream (SplitMix64's finaliser).</summary>
    public static int Of(int seed, long stream)
    {
        var x = ((ulong)(uint)seed << 40) ^ (ulong)stream;
        x = (x + 0x9E3779B97F4A7C15) ^ ((x + 0x9E3779B97F4A7C15) >> 30);
        x *= 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return (int)(x ^ (x >> 31));
    }
}
