using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace TcMgc.Hosting;

/// <summary>What is wrong with a request, in words of the interface: the framework's own name .NET types.</summary>
internal static partial class BadRequestReason
{
    public static string Of(BadHttpRequestException bad) => bad.InnerException switch
    {
        JsonException { InnerException: JsonException } malformed => $"the body is not valid JSON: {malformed.Message}",
        JsonException json => OfJson(json),
        { } inner => inner.Message,
        _ => OfParameter(bad.Message),
    };

    private static string OfJson(JsonException json)
    {
        if (Unknown().Match(json.Message) is { Success: true } unknown)
            return $"the body has '{unknown.Groups[1]}', which there is not";
        if (Missing().Match(json.Message) is { Success: true } missing)
            return $"the body lacks {missing.Groups[1]}";
        return json.Path is { Length: > 2 } path
            ? $"'{path[2..]}' has a value of the wrong kind (line {Line(json)})"
            : "the body is not the JSON that is expected: see the interface's description at /openapi.json";
    }

    private static string OfParameter(string message) =>
        Parameter().Match(message) is { Success: true } bound
            ? $"{JsonNamingPolicy.CamelCase.ConvertName(bound.Groups["name"].Value)} cannot be '{bound.Groups["value"]}'"
            : message.StartsWith("Implicit body", StringComparison.Ordinal) ? "the request has no body; JSON is expected"
            : message;

    private static string Line(JsonException json) =>
        ((json.LineNumber ?? 0) + 1).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^The JSON property '(.*)' could not be mapped")]
    private static partial Regex Unknown();

    [GeneratedRegex("missing required properties including: (.*)\\.$")]
    private static partial Regex Missing();

    [GeneratedRegex("^Failed to bind parameter \"[^\"]* (?<name>[^\" ]+)\" from \"(?<value>.*)\"\\.$", RegexOptions.Singleline)]
    private static partial Regex Parameter();
}
