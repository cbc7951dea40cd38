using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Shared;

/// <summary>A <see cref="VideoId"/> in JSON: its UUID as a string.</summary>
public sealed class VideoIdJson : JsonConverter<VideoId>
{
    /// <inheritdoc/>
    public override VideoId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetGuid());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, VideoId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }
}
