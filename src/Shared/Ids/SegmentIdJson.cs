using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Shared;

/// <summary>A <see cref="SegmentId"/> in JSON: its UUID as a string.</summary>
public sealed class SegmentIdJson : JsonConverter<SegmentId>
{
    /// <inheritdoc/>
    public override SegmentId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetGuid());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SegmentId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }
}
