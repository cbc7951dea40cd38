using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Shared.Transcripts;

/// <summary>
/// The cues of a video in the form in which a blob holds them: JSON, an array of <c>start</c>, <c>end</c> and <c>text</c>.
/// </summary>
public static class Transcript
{
    /// <summary>The same cues give the same bytes.</summary>
    public static byte[] Serialize(IReadOnlyList<Cue> cues) =>
        JsonSerializer.SerializeToUtf8Bytes(cues, TranscriptJson.Default.IReadOnlyListCue);

    /// <summary>Reads what <see cref="Serialize"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static async ValueTask<IReadOnlyList<Cue>> DeserializeAsync(Stream blob, CancellationToken cancellationToken) =>
        await JsonSerializer.DeserializeAsync(blob, TranscriptJson.Default.IReadOnlyListCue, cancellationToken) ?? [];
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(IReadOnlyList<Cue>))]
internal sealed partial class TranscriptJson : JsonSerializerContext;
