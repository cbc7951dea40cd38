using System.Globalization;
using System.Text;

namespace TcMgc.Cli;

/// <summary>Paths and names as people read them: whole, on one line, and none like another.</summary>
internal static class FilePaths
{
    private const string Special = " \"'\\$`!*?[]{}()<>|&;#~";

    /// <summary>Relative to the current folder if the path lies below it, else unchanged; quoted where that is needed.</summary>
    public static string Display(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return Name(relative.StartsWith("..", StringComparison.Ordinal) ? path : relative);
    }

    /// <summary>
    /// A name as a shell takes it: plain where that is unambiguous, in single quotes where it has spaces or signs with a meaning,
    /// and as <c>$'a\nb'</c> where it has characters that are not seen.
    /// </summary>
    public static string Name(string name)
    {
        if (name.Any(IsUnseen))
        {
            var literal = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
            return $"$'{Escaped(literal)}'";
        }
        var isPlain = name.Length > 0 && !name.Any(letter => Special.Contains(letter, StringComparison.Ordinal));
        return isPlain ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>
    /// A text on one line: characters that could move a terminal's cursor, or are not seen, are written as escapes.
    /// </summary>
    public static string OneLine(string text) => text.Any(IsUnseen) ? Escaped(text) : text;

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var letter in text)
            _ = letter switch
            {
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                _ when IsUnseen(letter) => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => escaped.Append(letter),
            };
        return escaped.ToString();
    }

    /// <summary>
    /// Control and format characters, which can turn what is read around; separators of lines; spaces but the usual one.
    /// </summary>
    private static bool IsUnseen(char letter) => letter != ' ' && letter != '\u200D' // That joins the parts of an emoji.
        && char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator;
}
