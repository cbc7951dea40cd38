using System.Text.Json;

namespace TcMgc.Ingest.Transcripts;

/// <summary>
/// Reads JSON as speech recognisers write it: an array of objects with <c>start</c>, <c>end</c> and <c>text</c>, or an object
/// with such an array as <c>segments</c> or <c>cues</c>. Times are seconds, or text as in subtitles.
/// </summary>
internal static class JsonTranscript
{
    private const string Expected =
        "an array of objects with start, end and text, or an object with one as 'segments' or 'cues', is wanted";

    private static readonly JsonDocumentOptions s_options = new()
    {
        MaxDepth = 32,
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Adds its cues.</summary>
    /// <returns>Why it is no transcript; null where it is one.</returns>
    public static string? Read(string text, CueList found)
    {
        try
        {
            using var document = JsonDocument.Parse(text, s_options);
            if (CuesIn(document.RootElement) is not { } cues)
                return $"is no transcript: {Expected}";
            var number = 0;
            foreach (var cue in cues.EnumerateArray())
                Add(cue, $"cue {++number}", found);
            return null;
        }
        catch (JsonException error)
        {
            return $"is no JSON (line {error.LineNumber + 1})";
        }
    }

    private static JsonElement? CuesIn(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root;
        if (root.ValueKind == JsonValueKind.Object)
            foreach (var name in new[] { "segments", "cues" })
                if (Member(root, name) is { ValueKind: JsonValueKind.Array } cues)
                    return cues;
        return null;
    }

    /// <summary>A member by its name; null where there is none.</summary>
    private static JsonElement? Member(JsonElement of, string name)
    {
        try
        {
            return of.TryGetProperty(name, out var member) ? member : null;
        }
        catch (InvalidOperationException)
        {
            return null; // An escaped half of a surrogate pair in another member's name.
        }
    }

    private static void Add(JsonElement cue, string where, CueList found)
    {
        if (cue.ValueKind != JsonValueKind.Object || Member(cue, "text") is not { ValueKind: JsonValueKind.String } text
            || TextOf(text) is not { } words)
            found.Warn($"{where}: no text");
        else if (Seconds(cue, "start") is not { } start)
            found.Warn($"{where}: no time");
        else
            found.Add(start, Seconds(cue, "end") ?? start, words, where);
    }

    // An escaped half of a surrogate pair is valid JSON but no text.
    private static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static double? Seconds(JsonElement cue, string name)
    {
        var member = Member(cue, name);
        return member?.ValueKind switch
        {
            JsonValueKind.Number when member.Value.TryGetDouble(out var seconds) && double.IsFinite(seconds) => seconds,
            JsonValueKind.String when TextOf(member.Value) is { } text => SubtitleLines.Seconds(text),
            _ => null,
        };
    }
}
