using System.Globalization;
using System.Net;
using System.Text;

namespace TcMgc.Ingest.Transcripts;

/// <summary>
/// Reads SubRip (<c>.srt</c>) and WebVTT (<c>.vtt</c>): a line of two times with an arrow, then lines of text up to an empty one.
/// It is lenient: most files are written by hand or by programs that do not follow the format closely.
/// </summary>
internal static class SubtitleLines
{
    private const string Arrow = "-->";
    private const int LongestTag = 200;

    public static void Read(string text, bool isWebVtt, CueList found)
    {
        (double Start, double End, int Line)? open = null;
        var (words, number, isFirst) = (new StringBuilder(), 0, true);
        foreach (var read in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = read.Trim();
            if (line.Contains(Arrow, StringComparison.Ordinal))
            {
                Close(ref open, words, found);
                if (Times(line) is { } times)
                    open = (times.Start, times.End, number);
                else
                    found.Warn($"line {number}: no two times");
            }
            else if (line.IsEmpty)
                Close(ref open, words, found);
            else if (open is not null && words.Length > CueList.LongestText)
                continue; // Cut when it is closed.
            else if (open is not null)
                words.Append(line).Append('\n');
            // WebVTT has headers, names of cues, notes and styles outside cues; SubRip only numbers.
            else if (!isWebVtt && !int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                found.Warn($"line {number}: text that belongs to no time");
            else if (isWebVtt && isFirst && !line.StartsWith("WEBVTT", StringComparison.Ordinal))
                found.Warn("the first line is not WEBVTT");
            isFirst = false;
        }
        Close(ref open, words, found);
    }

    private static void Close(ref (double Start, double End, int Line)? open, StringBuilder words, CueList found)
    {
        if (open is { } cue)
            found.Add(cue.Start, cue.End, Plain(words.ToString()), $"line {cue.Line}");
        open = null;
        words.Clear();
    }

    /// <summary>What is around the arrow; WebVTT may say after it where the text stands.</summary>
    private static (double Start, double End)? Times(ReadOnlySpan<char> line)
    {
        var at = line.IndexOf(Arrow);
        var end = line[(at + Arrow.Length)..].TrimStart();
        if (end.IndexOfAny(' ', '\t') is >= 0 and var settings)
            end = end[..settings];
        return Seconds(line[..at].Trim()) is { } from && Seconds(end) is { } to ? (from, to) : null;
    }

    /// <summary><c>[hh:]mm:ss[,mmm]</c>, the fraction after a comma or a point.</summary>
    internal static double? Seconds(ReadOnlySpan<char> time)
    {
        Span<Range> parts = stackalloc Range[4];
        var count = time.Split(parts, ':');
        if (count is not (2 or 3))
            return null;
        double seconds = 0;
        for (var part = 0; part < count - 1; part++)
        {
            if (!int.TryParse(time[parts[part]], NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
                return null;
            seconds = (seconds + whole) * 60;
        }
        Span<char> last = stackalloc char[16];
        var text = time[parts[count - 1]];
        if (text.Length > last.Length)
            return null;
        text.Replace(last, ',', '.');
        return double.TryParse(last[..text.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rest)
            ? seconds + rest
            : null;
    }

    /// <summary>Without <c>&lt;i&gt;</c> and the like, <c>{\an8}</c>, and entities.</summary>
    private static string Plain(string text)
    {
        var (plain, at) = (new StringBuilder(text.Length), 0);
        while (at < text.Length)
        {
            var end = EndOfTag(text, at);
            if (end < 0)
                plain.Append(text[at++]);
            else
                at = end + 1;
        }
        return WebUtility.HtmlDecode(plain.ToString());
    }

    /// <summary>Where the tag ends that begins at a character; negative where none begins there.</summary>
    private static int EndOfTag(string text, int at)
    {
        if (at + 1 == text.Length)
            return -1;
        var longest = Math.Min(LongestTag, text.Length - at);
        return (text[at], text[at + 1]) switch
        {
            ('<', '/' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9')) => text.IndexOf('>', at, longest),
            ('{', '\\') => text.IndexOf('}', at, longest),
            _ => -1,
        };
    }
}
