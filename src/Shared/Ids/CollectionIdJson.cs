using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Shared;

/// <summary>A <see cref="CollectionId"/> in JSON: its name as a string.</summary>
public sealed class CollectionIdJson : JsonConverter<CollectionId>
{
    /// <inheritdoc/>
    public override CollectionId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && CollectionId.TryParse(reader.GetString(), out var collection)
            ? collection
            : throw new JsonException($"it {CollectionId.WrongForm}");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, CollectionId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Name);
    }
}
