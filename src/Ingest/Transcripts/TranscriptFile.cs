using System.Text;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Ingest.Transcripts;

/// <summary>The content of a transcript file: its cues, or why there are none.</summary>
/// <param name="Cues">The cues in order of time; null where the file is no transcript.</param>
/// <param name="Warning">What could not be read, in one line; null where everything could.</param>
/// <param name="Reason">Why it is no transcript, in one line; null where it is one.</param>
public sealed record TranscriptFile(IReadOnlyList<Cue>? Cues, string? Warning, string? Reason)
{
    /// <summary>The largest file that is read.</summary>
    public const int LargestBytes = 16 << 20;

    /// <summary>The most cues of a file.</summary>
    internal const int MostCues = 100_000;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file's content as its extension says: <c>.srt</c>, <c>.vtt</c> or <c>.json</c>.</summary>
    /// <param name="extension">With its dot, in any case; null: the beginning of the content decides.</param>
    /// <param name="content">The file.</param>
    public static TranscriptFile Parse(string? extension, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var found = new CueList();
        var text = Decode(content, found);
        extension ??= ExtensionOf(text);
        if (extension.Equals(".json", StringComparison.OrdinalIgnoreCase))
        {
            if (JsonTranscript.Read(text, found) is { } reason)
                return Refused(reason);
        }
        else
            SubtitleLines.Read(text, extension.Equals(".vtt", StringComparison.OrdinalIgnoreCase), found);
        return found.Cues.Count > 0
            ? new([.. found.Cues.OrderBy(cue => cue.Start).ThenBy(cue => cue.End)], found.Warning, null)
            : Refused(found.Warning is { } warning ? $"has no cues that can be read ({warning})" : "has no cues");
    }

    internal static TranscriptFile Refused(string reason) => new(null, null, reason);

    private static string ExtensionOf(ReadOnlySpan<char> text) => text.TrimStart() switch
    {
        ['[' or '{', ..] => ".json",
        ['W', 'E', 'B', 'V', 'T', 'T', ..] => ".vtt",
        _ => ".srt",
    };

    /// <summary>UTF-8, or UTF-16 with its mark; older subtitles have one byte a letter.</summary>
    private static string Decode(byte[] content, CueList found)
    {
        if (content is [0xFF, 0xFE, ..])
            return Encoding.Unicode.GetString(content, 2, content.Length - 2);
        if (content is [0xFE, 0xFF, ..])
            return Encoding.BigEndianUnicode.GetString(content, 2, content.Length - 2);
        try
        {
            return s_utf8.GetString(content).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            found.Warn("it is not UTF-8 and was read as Latin-1");
            return Encoding.Latin1.GetString(content);
        }
    }
}
