using TcMgc.Shared.Transcripts;

namespace TcMgc.Stores.Sqlite;

/// <summary>Where FTS5 found words: its <c>highlight</c> puts marks around them.</summary>
internal static class MarkedWords
{
    // No text that is searched contains control characters.
    private const char Starts = '\x02', Ends = '\x03';

    /// <summary>A column of a full-text table with its words marked, as an expression of SQL.</summary>
    public static string Of(string table) => $"highlight({table}, 0, char({(int)Starts}), char({(int)Ends}))";

    /// <summary>The spans between the marks in a text, by their places in the text without marks.</summary>
    public static IReadOnlyList<TextSpan> Spans(string marked)
    {
        var words = new List<TextSpan>();
        var (at, start) = (0, 0);
        foreach (var letter in marked)
            if (letter == Starts)
                start = at;
            else if (letter == Ends)
                words.Add(new(start, at - start));
            else
                at++;
        return words;
    }

    /// <summary>The text without marks.</summary>
    public static string Plain(string marked) => string.Concat(marked.Where(letter => letter is not (Starts or Ends)));
}
