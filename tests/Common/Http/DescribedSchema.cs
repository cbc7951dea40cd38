using System.Text.Json;

namespace TcMgc.Tests.Common;

/// <summary>Holds JSON against the part of JSON Schema that docs/openapi.json uses.</summary>
/// <param name="schemas">The document's schemas by their names.</param>
internal sealed class DescribedSchema(JsonElement schemas)
{
    private const string Reference = "#/components/schemas/";

    /// <summary>What contradicts a schema, each with its place; nothing where all is as it says.</summary>
    public IEnumerable<string> Problems(JsonElement schema, JsonElement value, string place = "$")
    {
        return schema.EnumerateObject().SelectMany(rule => Problems(rule.Name, rule.Value));

        IEnumerable<string> Problems(string rule, JsonElement what) => rule switch
        {
            "$ref" => this.Problems(schemas.GetProperty(what.GetString()![Reference.Length..]), value, place),
            "type" => Unless(Texts(what).Any(type => IsOf(type, value)), $"is no {what}"),
            "enum" => Unless(what.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)), $"is none of {what}"),
            "oneOf" => Unless(
                what.EnumerateArray().Count(one => !this.Problems(one, value, place).Any()) == 1, $"is not one of {what}"),
            "required" => Texts(what).Except(Members(value)).Select(name => $"{place} lacks {name}"),
            "properties" => what.EnumerateObject().Where(member => Members(value).Contains(member.Name)).SelectMany(member =>
                this.Problems(member.Value, value.GetProperty(member.Name), $"{place}.{member.Name}")),
            "additionalProperties" => Members(value).Except(Members(schema.GetProperty("properties")))
                .Select(name => $"{place} has {name}, which there is not"),
            "items" when value.ValueKind == JsonValueKind.Array => value.EnumerateArray().SelectMany(
                (item, at) => this.Problems(what, item, $"{place}[{at}]")),
            "items" or "format" or "pattern" or "description" or "default" => [],
            _ => throw new NotSupportedException($"docs/openapi.json has '{rule}', which this does not know"),
        };

        IEnumerable<string> Unless(bool holds, string problem) => holds ? [] : [$"{place} {problem}: {value}"];
    }

    private static bool IsOf(string? type, JsonElement value) => (type, value.ValueKind) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
        ("number", JsonValueKind.Number) or ("null", JsonValueKind.Null) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
        _ => false,
    };

    private static IEnumerable<string?> Texts(JsonElement one) =>
        one.ValueKind == JsonValueKind.Array ? one.EnumerateArray().Select(text => text.GetString()) : [one.GetString()];

    private static IEnumerable<string> Members(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().Select(member => member.Name) : [];
}
