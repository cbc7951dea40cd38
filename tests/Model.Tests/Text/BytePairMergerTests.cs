using FsCheck;
using FsCheck.Fluent;
using TcMgc.Model.Text;

namespace TcMgc.Model.Tests.Text;

public sealed class BytePairMergerTests
{
    private static readonly string[] s_pieces = [.. Pieces(4)];

    [Fact]
    public void Every_word_merges_as_the_published_loop_does()
    {
        // Merges in any order, also orders that no training gives: a later merge may yield what an earlier one needs.
        var merges = Gen.Shuffle(s_pieces.Where(piece => piece.Length > 1)
            .SelectMany(piece => Enumerable.Range(1, piece.Length - 1).Select(cut => new Merge(piece[..cut], piece[cut..])))
            .ToArray());
        var words = Gen.Elements('a', 'b').NonEmptyListOf().Select(letters => string.Concat(letters));
        Prop.ForAll(Arb.From(merges), Arb.From(words), (order, word) =>
        {
            var vocabulary = new Vocabulary("test", Ids(), order);
            var pieces = BytePairMerger.Encode(word, vocabulary).Select(vocabulary.Text);
            return pieces.SequenceEqual(Published(word, order));
        }).QuickCheckThrowOnFailure();
    }

    // Bytes and the pieces over {a, b}; the last byte of a word carries its end and never merges here.
    private static Dictionary<string, int> Ids()
    {
        var bytes = Enumerable.Range(0, 256).Select(value => ByteSymbols.Symbol((byte)value).ToString()).ToList();
        string[] tokens = [.. bytes, .. bytes.Select(symbol => symbol + Vocabulary.WordEnd),
            .. s_pieces.Where(piece => piece.Length > 1), Vocabulary.Start, Vocabulary.End];
        return tokens.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
    }

    private static IEnumerable<string> Pieces(int longest) => longest == 0
        ? []
        : Pieces(longest - 1).Concat(Enumerable.Range(0, 1 << longest).Select(bits =>
            string.Concat(Enumerable.Range(0, longest).Select(bit => (bits >> bit & 1) == 0 ? 'a' : 'b'))));

    private static List<string> Published(string word, Merge[] merges)
    {
        var ranks = merges.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        List<string> pieces = [.. word[..^1].Select(letter => letter.ToString()), word[^1] + Vocabulary.WordEnd];
        while (pieces.Zip(pieces.Skip(1), (left, right) => new Merge(left, right)).Where(ranks.ContainsKey)
            .Select(pair => (Merge?)pair).MinBy(pair => ranks[pair!.Value]) is { } best)
            for (var at = 0; at + 1 < pieces.Count; at++)
                if (pieces[at] == best.Left && pieces[at + 1] == best.Right)
                {
                    pieces[at] += pieces[at + 1];
                    pieces.RemoveAt(at + 1);
                }
        return pieces;
    }
}
