using System.Globalization;
using System.Text.Json;

namespace TcMgc.Shared.Tests.Vectors.Qdrant.StandIn;

/// <summary>
/// Checks JSON against the part of JSON Schema that Qdrant's description uses. Stricter in one thing: a property that an object's
/// schema does not name is refused unless the schema says that others may be there, so that a misspelt one is noticed.
/// </summary>
internal sealed class JsonSchema(JsonElement document)
{
    /// <summary>Null where the value is as the schema says, otherwise the first thing that is not.</summary>
    public string? Refusal(JsonElement value, JsonElement schema, string at = "$")
    {
        if (schema.TryGetProperty("$ref", out var reference))
            return Refusal(value, Resolve(reference.GetString()!), at);
        if (value.ValueKind == JsonValueKind.Null && schema.TryGetProperty("nullable", out var nullable) && nullable.GetBoolean())
            return null;
        if (schema.EnumerateObject().All(property => property.Name is "nullable" or "description"))
            return schema.TryGetProperty("nullable", out _) ? $"{at} is not null" : null;
        return Combined(value, schema, at) ?? TypeRefusal(value, schema, at) ?? Listed(value, schema, at) ?? value.ValueKind switch
        {
            JsonValueKind.Object => ObjectRefusal(value, schema, at),
            JsonValueKind.Array => ArrayRefusal(value, schema, at),
            JsonValueKind.Number => NumberRefusal(value, schema, at),
            JsonValueKind.String => StringRefusal(value, schema, at),
            _ => null,
        };
    }

    private JsonElement Resolve(string reference)
    {
        var found = document;
        foreach (var name in reference.Split('/').Skip(1))
            found = found.GetProperty(name);
        return found;
    }

    private string? Combined(JsonElement value, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("allOf", out var all) && all.EnumerateArray().Select(one => Refusal(value, one, at)).FirstOrDefault(refusal => refusal is not null) is { } refused)
            return refused;
        foreach (var (keyword, most) in new[] { ("anyOf", int.MaxValue), ("oneOf", 1) })
            if (schema.TryGetProperty(keyword, out var some))
            {
                var refusals = some.EnumerateArray().Select(one => Refusal(value, one, at)).ToList();
                var taken = refusals.Count(refusal => refusal is null);
                if (taken == 0)
                    return $"{at}: none of {keyword} ({string.Join(" | ", refusals.Take(4))})";
                if (taken > most)
                    return $"{at}: {taken} of {keyword}";
            }
        return null;
    }

    private static string? TypeRefusal(JsonElement value, JsonElement schema, string at)
    {
        if (!schema.TryGetProperty("type", out var type))
            return null;
        var right = type.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number == decimal.Truncate(number),
            _ => false,
        };
        return right ? null : $"{at} is no {type.GetString()}";
    }

    private static string? Listed(JsonElement value, JsonElement schema, string at) =>
        schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
            ? $"{at} is none of {values}" : null;

    private string? ObjectRefusal(JsonElement value, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("required", out var required))
            foreach (var name in required.EnumerateArray())
                if (!value.TryGetProperty(name.GetString()!, out _))
                    return $"{at}.{name} is missing";
        var known = schema.TryGetProperty("properties", out var properties);
        var open = schema.TryGetProperty("additionalProperties", out var others);
        foreach (var property in value.EnumerateObject())
        {
            var place = $"{at}.{property.Name}";
            var refusal = known && properties.TryGetProperty(property.Name, out var own) ? Refusal(property.Value, own, place)
                : open && others.ValueKind == JsonValueKind.Object ? Refusal(property.Value, others, place)
                : (open && others.ValueKind == JsonValueKind.True) || (!open && !known) ? null
                : $"{place} is not known";
            if (refusal is not null)
                return refusal;
        }
        return null;
    }

    private string? ArrayRefusal(JsonElement value, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("uniqueItems", out var unique) && unique.GetBoolean()
            && value.EnumerateArray().Select(item => item.GetRawText()).Distinct(StringComparer.Ordinal).Count() < value.GetArrayLength())
            return $"{at} has an item twice";
        if (Bound(schema, "minItems") is { } least && value.GetArrayLength() < least)
            return $"{at} has fewer than {least} items";
        return schema.TryGetProperty("items", out var items)
            ? value.EnumerateArray().Select((item, i) => Refusal(item, items, $"{at}[{i}]")).FirstOrDefault(refusal => refusal is not null)
            : null;
    }

    private static string? NumberRefusal(JsonElement value, JsonElement schema, string at)
    {
        var number = value.GetDouble();
        if (number < Bound(schema, "minimum") || number > Bound(schema, "maximum"))
            return $"{at} is out of range";
        var fits = Format(schema) switch
        {
            "uint" or "uint64" => value.TryGetUInt64(out _),
            "uint32" => value.TryGetUInt32(out _),
            "int64" => value.TryGetInt64(out _),
            "float" => float.IsFinite((float)number),
            "double" => double.IsFinite(number),
            _ => true,
        };
        return fits ? null : $"{at} is no {Format(schema)}";
    }

    private static string? StringRefusal(JsonElement value, JsonElement schema, string at) =>
        value.GetString()!.Length < Bound(schema, "minLength") ? $"{at} is too short"
        : Format(schema) == "uuid" && !Guid.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _) ? $"{at} is no UUID"
        : null;

    private static string? Format(JsonElement schema) => schema.TryGetProperty("format", out var format) ? format.GetString() : null;

    private static double? Bound(JsonElement schema, string keyword) => schema.TryGetProperty(keyword, out var bound) ? bound.GetDouble() : null;
}
