using System.Text.Json;

namespace TcMgc.Shared.Tests.Vectors.Qdrant.StandIn;

/// <summary>A point: each named vector as rows (one, unless it is a multivector), and the payload.</summary>
internal sealed record StandInPoint(Guid Id, IReadOnlyDictionary<string, float[][]> Vectors, JsonElement Payload)
{
    public bool Matches(JsonElement filter) =>
        Conditions(filter, "must").All(Holds) && !Conditions(filter, "must_not").Any(Holds)
        && (!filter.TryGetProperty("should", out _) || Conditions(filter, "should").Any(Holds));

    public void Write(Utf8JsonWriter writer, float? score, JsonElement? withPayload, JsonElement? withVector)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        if (score is { } number)
        {
            writer.WriteNumber("version", 0);
            writer.WriteNumber("score", number);
        }
        if (withPayload is { ValueKind: JsonValueKind.Array or JsonValueKind.True } fields)
        {
            writer.WriteStartObject("payload");
            foreach (var field in Payload.EnumerateObject().Where(field => Wanted(fields, field.Name)))
                field.WriteTo(writer);
            writer.WriteEndObject();
        }
        if (withVector is { ValueKind: JsonValueKind.Array or JsonValueKind.True } names)
        {
            writer.WriteStartObject("vector");
            foreach (var (name, rows) in Vectors.Where(vector => Wanted(names, vector.Key)))
                WriteVector(writer, name, rows);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static bool Wanted(JsonElement names, string name) =>
        names.ValueKind == JsonValueKind.True || names.EnumerateArray().Any(wanted => wanted.ValueEquals(name));

    private static void WriteVector(Utf8JsonWriter writer, string name, float[][] rows)
    {
        writer.WritePropertyName(name);
        if (rows.Length > 1 || name == "frames")
            writer.WriteStartArray();
        foreach (var row in rows)
        {
            writer.WriteStartArray();
            foreach (var value in row)
                writer.WriteNumberValue(value);
            writer.WriteEndArray();
        }
        if (rows.Length > 1 || name == "frames")
            writer.WriteEndArray();
    }

    private static JsonElement.ArrayEnumerator Conditions(JsonElement filter, string clause) =>
        filter.TryGetProperty(clause, out var conditions) ? conditions.EnumerateArray() : default;

    private bool Holds(JsonElement condition)
    {
        if (condition.TryGetProperty("has_id", out var ids))
            return ids.EnumerateArray().Any(id => id.GetGuid() == Id);
        if (!condition.TryGetProperty("key", out var key))
            return Matches(condition);
        if (!Payload.TryGetProperty(key.GetString()!, out var value))
            return false;
        var match = condition.GetProperty("match");
        return match.TryGetProperty("any", out var any)
            ? any.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
            : JsonElement.DeepEquals(match.GetProperty("value"), value);
    }
}
