namespace TcMgc.Training.World;

/// <summary>Random numbers from a seed (SplitMix64), the same on every machine and in every version of .NET.</summary>
internal sealed class Dice(params ReadOnlySpan<long> seed)
{
    private ulong _state = Mixed(seed);

    /// <summary>0 to below <paramref name="end"/>.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>From <paramref name="least"/> to below <paramref name="most"/>.</summary>
    public double Between(double least, double most) => least + ((most - least) * ((Next() >> 11) * (1.0 / (1UL << 53))));

    /// <summary>True with this probability, 0…1.</summary>
    public bool Chance(double probability) => Between(0, 1) < probability;

    /// <summary>One of the choices.</summary>
    public T Of<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>The items in random order.</summary>
    public T[] Shuffled<T>(IEnumerable<T> items)
    {
        T[] shuffled = [.. items];
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var other = Below(i + 1);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
        }
        return shuffled;
    }

    private ulong Next()
    {
        var x = _state += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private static ulong Mixed(ReadOnlySpan<long> seed)
    {
        var state = 0x243F6A8885A308D3UL;
        foreach (var part in seed)
            state = (state ^ (ulong)part) * 0x9FB21C651E98DF25 ^ (state >> 29);
        return state;
    }
}
