using System.Text;

namespace TcMgc.Model.Text;

/// <summary>
/// CLIP's byte-level byte-pair tokenizer. Any string has tokens; the work is n log n in its length at worst. Safe for
/// concurrent use.
/// </summary>
public sealed class Tokenizer : ITokenizer
{
    private readonly Vocabulary _vocabulary;
    private readonly WordCache _words;

    internal Tokenizer(Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _words = new(vocabulary);
    }

    /// <summary>Loads the vocabulary that lies in a folder as vocab.json + merges.txt, as tokenizer.json, or as both.</summary>
    /// <exception cref="ModelException">A file is missing or corrupt, or the files disagree.</exception>
    public static Tokenizer Load(string dir) => new(VocabularyReader.Read(dir));

    /// <summary>
    /// Writes vocab.json and merges.txt of a vocabulary without merges, for models that have no learnt one: the 256
    /// bytes, the same at a word's end, start and end token; 514 ids, the end token the highest.
    /// </summary>
    public static void WriteByteVocabulary(string dir) => ByteVocabulary.Write(dir, []);

    /// <summary>Writes vocab.json and merges.txt of a vocabulary learnt from texts: frequent words become one token.</summary>
    /// <param name="dir">Where to.</param>
    /// <param name="texts">What is to be tokenized well.</param>
    /// <param name="size">At most so many tokens, at least <see cref="ByteVocabularySize"/>.</param>
    public static void WriteLearntVocabulary(string dir, IEnumerable<string> texts, int size) =>
        ByteVocabulary.Write(dir, BytePairLearner.Learn(texts, size - ByteVocabularySize));

    private static readonly string[] s_files = ["vocab.json", "merges.txt", "tokenizer.json"];

    /// <summary>Whether a folder holds a vocabulary in one of the layouts that <see cref="Load"/> reads.</summary>
    public static bool IsIn(string dir) => File.Exists(Path.Combine(dir, s_files[^1]))
        || s_files[..^1].All(name => File.Exists(Path.Combine(dir, name)));

    /// <summary>Copies the vocabulary files of one folder to another, as they are.</summary>
    public static void CopyFiles(string from, string to)
    {
        foreach (var name in s_files.Where(name => File.Exists(Path.Combine(from, name))))
            File.Copy(Path.Combine(from, name), Path.Combine(to, name));
    }

    /// <summary>Tokens of the vocabulary that <see cref="WriteByteVocabulary"/> writes.</summary>
    public const int ByteVocabularySize = (2 * 256) + 2;

    /// <summary>Tokens of the vocabulary; ids are 0 … VocabularySize − 1.</summary>
    public int VocabularySize => _vocabulary.Size;

    /// <summary>Id of <c>&lt;|startoftext|&gt;</c>.</summary>
    public int StartToken => _vocabulary.StartToken;

    /// <summary>Id of <c>&lt;|endoftext|&gt;</c>.</summary>
    public int EndToken => _vocabulary.EndToken;

    /// <summary>All of the text's ids between start and end token.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        var ids = new List<int> { StartToken };
        foreach (var word in new WordSplitter(TextNormalizer.Normalize(text)))
            if (Marker(word) is int marker)
                ids.Add(marker);
            else
                ids.AddRange(_words.Tokens(word));
        ids.Add(EndToken);
        return ids;
    }

    /// <summary>
    /// Fills a model's input of W words: start token, the text's ids, end token, zeros. A longer text keeps its first
    /// W − 1 ids, start token included, and the end token.
    /// </summary>
    /// <param name="text">Any text; work ends where <paramref name="ids"/> is full.</param>
    /// <param name="ids">W ≥ 2 ids, overwritten.</param>
    /// <returns>Ids that are no padding, 2 … W.</returns>
    public int Encode(string text, Span<long> ids)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ids.Length, 2);
        ids.Clear();
        ids[0] = StartToken;
        var count = 1;
        foreach (var word in new WordSplitter(TextNormalizer.Normalize(text)))
        {
            if (count == ids.Length - 1)
                break;
            if (Marker(word) is int marker)
                ids[count++] = marker;
            else
                foreach (var token in _words.Tokens(word))
                {
                    if (count == ids.Length - 1)
                        break;
                    ids[count++] = token;
                }
        }
        ids[count++] = EndToken;
        return count;
    }

    /// <summary>
    /// The words that ids stand for, with a space after each word as the vocabulary marks it; start and end tokens are
    /// left out, bytes that are no UTF-8 become U+FFFD.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(IReadOnlyList<int> ids)
    {
        var bytes = new List<byte>();
        foreach (var id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
            if (id != StartToken && id != EndToken)
                AddBytes(_vocabulary.Text(id), bytes);
        }
        return Encoding.UTF8.GetString([.. bytes]).TrimEnd(' ');
    }

    private static void AddBytes(string token, List<byte> bytes)
    {
        var ends = token.EndsWith(Vocabulary.WordEnd, StringComparison.Ordinal);
        foreach (var symbol in ends ? token.AsSpan(0, token.Length - Vocabulary.WordEnd.Length) : token)
            if (ByteSymbols.TryByte(symbol, out var value))
                bytes.Add(value);
        if (ends)
            bytes.Add((byte)' ');
    }

    // Written out in a text, the two markers are the tokens themselves, as in the published tokenizers.
    private int? Marker(ReadOnlySpan<char> word) =>
        word.SequenceEqual(Vocabulary.Start) ? StartToken : word.SequenceEqual(Vocabulary.End) ? EndToken : null;
}
