using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TcMgc.Shared.Events;

/// <summary>Events as JSON, the format of every event log; documented in docs/events.md.</summary>
public static class EventJson
{
    /// <summary>Escapes only what JSON requires, so that file names and reasons are legible in the log.</summary>
    private static readonly EventJsonContext s_json =
        new(new JsonSerializerOptions(EventJsonContext.Default.Options!)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });

    private static readonly Dictionary<string, JsonTypeInfo> s_topics = new(StringComparer.Ordinal)
    {
        [Topics.Uploaded] = s_json.VideoUploaded,
        [Topics.Decoded] = s_json.VideoDecoded,
        [Topics.Indexed] = s_json.VideoIndexed,
        [Topics.Failed] = s_json.VideoFailed,
        [Topics.Deleted] = s_json.VideoDeleted,
        [Topics.Described] = s_json.VideoDescribed,
        [Topics.Transcribed] = s_json.VideoTranscribed,
    };

    /// <summary>The event as UTF-8 JSON.</summary>
    public static byte[] Serialize(VideoEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return JsonSerializer.SerializeToUtf8Bytes(happened, s_topics[happened.Topic]);
    }

    /// <summary>Reads what <see cref="Serialize"/> wrote.</summary>
    /// <param name="topic">The topic that it came from.</param>
    /// <param name="json">UTF-8 JSON.</param>
    /// <exception cref="UserException">The event is damaged, or its schema or topic needs a newer program.</exception>
    public static VideoEvent Deserialize(string topic, ReadOnlySpan<byte> json)
    {
        var read = Read(topic, json);
        return read.Event ?? throw new UserException($"the event log has {read.Reason}");
    }

    /// <summary>The event, or the reason why it cannot be read.</summary>
    internal static EventReading Read(string topic, ReadOnlySpan<byte> json)
    {
        if (!s_topics.TryGetValue(topic, out var type))
            return new(null, $"events of the topic '{topic}', which this tcmgc does not know: use a newer one", IsNewer: true);
        try
        {
            var schema = JsonSerializer.Deserialize(json, s_json.EventSchema)?.SchemaVersion ?? 0;
            if (schema > VideoEvent.CurrentSchema)
                return new(
                    null, $"an event of schema version {schema} in {topic}; this tcmgc reads up to {VideoEvent.CurrentSchema}: "
                        + "use a newer one", IsNewer: true);
            if (schema >= 1 && JsonSerializer.Deserialize(json, type) is VideoEvent happened)
                return new(happened, null, IsNewer: false);
        }
        catch (JsonException error)
        {
            return new(null, $"a damaged event in {topic}: {error.Message}", IsNewer: false);
        }
        return new(null, $"a damaged event in {topic}: no schema version", IsNewer: false);
    }
}

/// <summary>An event, or why it cannot be read; <paramref name="IsNewer"/> where a newer program can.</summary>
internal readonly record struct EventReading(VideoEvent? Event, string? Reason, bool IsNewer);

internal sealed record EventSchema(int SchemaVersion);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventSchema))]
[JsonSerializable(typeof(VideoUploaded))]
[JsonSerializable(typeof(VideoDecoded))]
[JsonSerializable(typeof(VideoIndexed))]
[JsonSerializable(typeof(VideoFailed))]
[JsonSerializable(typeof(VideoDeleted))]
[JsonSerializable(typeof(VideoDescribed))]
[JsonSerializable(typeof(VideoTranscribed))]
internal sealed partial class EventJsonContext : JsonSerializerContext;
