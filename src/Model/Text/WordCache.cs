using System.Collections.Concurrent;

namespace TcMgc.Model.Text;

/// <summary>Tokens of words seen before; bounded in words and in their length, for many threads at once.</summary>
internal sealed class WordCache(Vocabulary vocabulary)
{
    private const int MostWords = 1 << 14, LongestWord = 64;

    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);
    private int _count;

    public int Count => _count;

    public int[] Tokens(ReadOnlySpan<char> word)
    {
        if (word.Length > LongestWord)
            return BytePairMerger.Encode(word, vocabulary);
        if (_words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var known))
            return known;
        var tokens = BytePairMerger.Encode(word, vocabulary);
        // The first words are kept: of ordinary text they are the frequent ones, and nothing is gained by churn.
        if (Volatile.Read(ref _count) < MostWords && _words.TryAdd(word.ToString(), tokens))
            Interlocked.Increment(ref _count);
        return tokens;
    }
}
