using System.Runtime.InteropServices;
using System.Text;

namespace TcMgc.Model.Text;

/// <summary>
/// Learns byte-pair merges from texts: again and again the most frequent pair of neighbours within a word becomes a token.
/// </summary>
internal static class BytePairLearner
{
    private const int RarestPair = 2;

    /// <summary>At most so many merges, in order of rank; the same for the same texts, in whatever order.</summary>
    public static IReadOnlyList<Merge> Learn(IEnumerable<string> texts, int most)
    {
        var words = Words(texts);
        var merges = new List<Merge>();
        var pairs = new Dictionary<Merge, long>();
        while (merges.Count < most)
        {
            pairs.Clear();
            foreach (var (tokens, count) in words)
                for (var i = 0; i + 1 < tokens.Count; i++)
                    CollectionsMarshal.GetValueRefOrAddDefault(pairs, new(tokens[i], tokens[i + 1]), out _) += count;
            if (pairs.Count == 0)
                break;
            var (best, occurrences) = pairs.Aggregate((a, b) => Precedes(b, a) ? b : a);
            if (occurrences < RarestPair)
                break;
            merges.Add(best);
            foreach (var (tokens, _) in words)
                Apply(best, tokens);
        }
        return merges;
    }

    private static bool Precedes(KeyValuePair<Merge, long> a, KeyValuePair<Merge, long> b) => a.Value != b.Value
        ? a.Value > b.Value
        : string.CompareOrdinal(a.Key.Left, b.Key.Left) is var left && left != 0
        ? left < 0 : string.CompareOrdinal(a.Key.Right, b.Key.Right) < 0;

    private static List<(List<string> Tokens, long Count)> Words(IEnumerable<string> texts)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
            foreach (var word in new WordSplitter(TextNormalizer.Normalize(text)))
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, word, out _)++;
        return [.. counts.Select(entry => (Symbols(entry.Key), entry.Value))];
    }

    private static List<string> Symbols(string word)
    {
        List<string> symbols = [.. Encoding.UTF8.GetBytes(word).Select(value => ByteSymbols.Symbol(value).ToString())];
        symbols[^1] += Vocabulary.WordEnd;
        return symbols;
    }

    private static void Apply(Merge merge, List<string> tokens)
    {
        for (var i = 0; i + 1 < tokens.Count; i++)
            if (tokens[i] == merge.Left && tokens[i + 1] == merge.Right)
            {
                tokens[i] = merge.Left + merge.Right;
                tokens.RemoveAt(i + 1);
            }
    }
}
