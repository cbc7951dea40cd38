using System.Globalization;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// The FTS5 query for texts that users typed: any of their words, each quoted, so that no word is an operator. Words that most
/// English sentences or file names have are left out: they would match everything.
/// </summary>
internal static class WordQuery
{
    private const int MostWords = 64, LongestWord = 64;

    private static readonly HashSet<string> s_common = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "he", "her", "his", "in", "into", "is", "it",
        "its", "of", "on", "or", "she", "that", "the", "their", "then", "there", "they", "this", "to", "up", "was", "were",
        "while", "who", "with",
        "3gp", "avi", "flv", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "webm", "wmv",
    };

    /// <summary>The query; null where no word is left.</summary>
    public static string? Of(IEnumerable<string> texts) => WordsOf(texts).ToList() is { Count: > 0 } words ? AnyOf(words) : null;

    /// <summary>The words, each once.</summary>
    public static IEnumerable<string> WordsOf(IEnumerable<string> texts) =>
        texts.SelectMany(AllWordsOf).Where(word => !s_common.Contains(word))
            .Distinct(StringComparer.OrdinalIgnoreCase).Take(MostWords);

    /// <summary>The query for any of some words, at least one.</summary>
    public static string AnyOf(IEnumerable<string> words) => string.Join(" OR ", words.Select(word => $"\"{word}\""));

    /// <summary>Runs of letters, marks and digits, as FTS5's unicode61 cuts them; also the common ones.</summary>
    public static IEnumerable<string> AllWordsOf(string text)
    {
        var start = -1;
        for (var at = 0; at <= text.Length; at++)
        {
            if (at < text.Length && IsInWord(text[at]))
            {
                start = start < 0 ? at : start;
                continue;
            }
            if (start >= 0 && text[start..at] is { Length: <= LongestWord } word && IsWhole(word))
                yield return word;
            start = -1;
        }
    }

    private static bool IsInWord(char letter) => char.IsLetterOrDigit(letter) || char.IsSurrogate(letter)
        || char.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // SQLite takes no half surrogate pairs.
    private static bool IsWhole(string word)
    {
        for (var at = 0; at < word.Length; at++)
            if (char.IsSurrogate(word[at])
                && (!char.IsHighSurrogate(word[at]) || ++at == word.Length || !char.IsLowSurrogate(word[at])))
                return false;
        return true;
    }
}
