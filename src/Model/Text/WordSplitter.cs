using System.Text;

namespace TcMgc.Model.Text;

/// <summary>
/// CLIP's split pattern, one pass from left to right without back-tracking:
/// <c>&lt;|startoftext|&gt;|&lt;|endoftext|&gt;|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+</c>.
/// </summary>
internal ref struct WordSplitter(ReadOnlySpan<char> text)
{
    private enum Kind { Letter, Digit, Space, Other }

    private static readonly string[] s_fixed = [Vocabulary.Start, Vocabulary.End, "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private ReadOnlySpan<char> _rest = text;

    public ReadOnlySpan<char> Current { get; private set; }

    public readonly WordSplitter GetEnumerator() => this;

    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var kind = KindOf(_rest, out var length);
            if (Fixed() is var known && known > 0)
                length = known;
            else if (kind is Kind.Letter or Kind.Other)
                length = Run(kind);
            Current = _rest[..length];
            _rest = _rest[length..];
            if (kind != Kind.Space)
                return true;
        }
        return false;
    }

    private readonly int Fixed()
    {
        if (_rest[0] is '<' or '\'')
            foreach (var word in s_fixed)
                if (_rest.StartsWith(word, StringComparison.Ordinal))
                    return word.Length;
        return 0;
    }

    private readonly int Run(Kind kind)
    {
        var end = 0;
        while (end < _rest.Length && KindOf(_rest[end..], out var length) == kind)
            end += length;
        return end;
    }

    private static Kind KindOf(ReadOnlySpan<char> text, out int length)
    {
        Rune.DecodeFromUtf16(text, out var rune, out length);
        return Rune.IsLetter(rune) ? Kind.Letter
            : Rune.IsNumber(rune) ? Kind.Digit
            : Rune.IsWhiteSpace(rune) ? Kind.Space
            : Kind.Other;
    }
}
