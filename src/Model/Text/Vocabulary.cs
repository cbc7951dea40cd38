namespace TcMgc.Model.Text;

/// <summary>A pair of tokens that merge, by their text, in order of rank.</summary>
internal readonly record struct Merge(string Left, string Right);

/// <summary>What a merge yields: the earlier it was learnt, the lower its rank, the sooner it is applied.</summary>
internal readonly record struct MergedToken(int Rank, int Token);

/// <summary>A byte-pair vocabulary, checked: every id once, every byte a token, every merge of known tokens.</summary>
internal sealed class Vocabulary
{
    public const string Start = "<|startoftext|>", End = "<|endoftext|>", WordEnd = "</w>";

    private readonly string[] _texts;
    private readonly int[] _bytes = new int[256];
    private readonly int[] _lastBytes = new int[256];
    private readonly Dictionary<(int Left, int Right), MergedToken> _merges;

    /// <exception cref="ModelException">The ids are not 0 … n−1, or a token that is needed is missing.</exception>
    public Vocabulary(string source, IReadOnlyDictionary<string, int> ids, IReadOnlyList<Merge> merges)
    {
        _texts = Texts(source, ids);
        foreach (var value in ByteSymbols.VocabularyOrder)
        {
            var symbol = ByteSymbols.Symbol(value).ToString();
            _bytes[value] = Id(source, ids, symbol);
            _lastBytes[value] = Id(source, ids, symbol + WordEnd);
        }
        StartToken = Id(source, ids, Start);
        EndToken = Id(source, ids, End);
        _merges = Merges(source, ids, merges);
    }

    public int Size => _texts.Length;
    public int StartToken { get; }
    public int EndToken { get; }

    public string Text(int token) => _texts[token];

    public int Byte(byte value, bool last) => last ? _lastBytes[value] : _bytes[value];

    public bool TryMerge(int left, int right, out MergedToken merged) => _merges.TryGetValue((left, right), out merged);

    private static string[] Texts(string source, IReadOnlyDictionary<string, int> ids)
    {
        var texts = new string[ids.Count];
        foreach (var (text, id) in ids)
        {
            if ((uint)id >= (uint)texts.Length || texts[id] is not null)
                throw new ModelException(
                    $"{source}: token '{text}' has id {id}, but the ids of {ids.Count} tokens are 0 to {ids.Count - 1}, each "
                        + "once");
            texts[id] = text;
        }
        return texts;
    }

    private static int Id(string source, IReadOnlyDictionary<string, int> ids, string token) =>
        ids.TryGetValue(token, out var id)
        ? id : throw new ModelException($"{source}: token '{token}' is missing; this is no byte-level CLIP vocabulary");

    private static Dictionary<(int, int), MergedToken> Merges(
        string source, IReadOnlyDictionary<string, int> ids, IReadOnlyList<Merge> merges)
    {
        var ranked = new Dictionary<(int, int), MergedToken>(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            if (!ids.TryGetValue(left, out var leftId) || !ids.TryGetValue(right, out var rightId)
                || !ids.TryGetValue(left + right, out var id))
                throw new ModelException(
                    $"{source}: the vocabulary and the merges disagree: merge {rank + 1}, '{left} {right}', needs a token that "
                        + "the vocabulary lacks");
            ranked.TryAdd((leftId, rightId), new(rank, id));
        }
        return ranked;
    }
}
