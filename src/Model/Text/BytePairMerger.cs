using System.Text;

namespace TcMgc.Model.Text;

/// <summary>
/// Byte-pair encoding of one word: as long as any neighbours merge, all occurrences of the pair of lowest rank merge, from
/// left to right. A queue over a linked list of tokens makes it n log n in the word's bytes, whatever the word.
/// </summary>
internal static class BytePairMerger
{
    private readonly record struct Candidate(int Left, int LeftToken, int RightToken, int Merged);

    /// <summary>The word's tokens in order.</summary>
    public static int[] Encode(ReadOnlySpan<char> word, Vocabulary vocabulary)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        var tokens = new int[bytes.Length];
        for (var at = 0; at < bytes.Length; at++)
            tokens[at] = vocabulary.Byte(bytes[at], last: at == bytes.Length - 1);
        return tokens.Length < 2 ? tokens : Merge(tokens, vocabulary);
    }

    private static int[] Merge(int[] tokens, Vocabulary vocabulary)
    {
        const int Gone = -1;
        var next = new int[tokens.Length];
        var previous = new int[tokens.Length];
        var queue = new PriorityQueue<Candidate, (int Rank, int Position)>();
        for (var at = 0; at < tokens.Length; at++)
        {
            (previous[at], next[at]) = (at - 1, at + 1);
            if (at + 1 < tokens.Length)
                Consider(at, at + 1);
        }

        // Pairs that a round makes wait for its end: a pair of lower rank must not cut into the pair being merged.
        var touched = new List<int>();
        while (queue.TryPeek(out _, out var best))
        {
            touched.Clear();
            while (queue.TryPeek(out _, out var at) && at.Rank == best.Rank)
            {
                var (left, leftToken, rightToken, merged) = queue.Dequeue();
                var right = next[left];
                if (tokens[left] != leftToken || right == tokens.Length || tokens[right] != rightToken)
                    continue;
                tokens[left] = merged;
                tokens[right] = Gone;
                next[left] = next[right];
                if (next[left] < tokens.Length)
                    previous[next[left]] = left;
                touched.Add(left);
            }
            foreach (var left in touched)
            {
                if (previous[left] >= 0)
                    Consider(previous[left], left);
                if (next[left] < tokens.Length)
                    Consider(left, next[left]);
            }
        }
        return [.. tokens.Where(token => token != Gone)];

        void Consider(int left, int right)
        {
            if (vocabulary.TryMerge(tokens[left], tokens[right], out var merged))
                queue.Enqueue(new(left, tokens[left], tokens[right], merged.Token), (merged.Rank, left));
        }
    }
}
