using FsCheck;
using FsCheck.Fluent;

namespace TcMgc.Search.Tests.Api;

/// <summary>
/// JSON that a client might send by mistake or on purpose: members that the interface knows and ones it does not, with values of
/// any type.
/// </summary>
internal static class AnyJson
{
    private static readonly string[] s_members =
    [
        "text", "texts", "weight", "image", "like", "filter", "top", "offset", "segmentsEach", "exhaustive", "explain", "rank",
            "video", "name", "tags",
        "uploadedFrom", "uploadedTo", "recordedFrom", "minDuration", "maxDuration", "threshold", "unknown", "TEXT", "$type",
        "__proto__", "",
    ];

    /// <summary>What often breaks programs, as JSON.</summary>
    private static readonly string[] s_odd =
    [
        "null", "true", "false", "0", "-1", "1", "3", "1001", "2147483648", "-9223372036854775809", "1e400", "1.5", "\"NaN\"",
            "\"Infinity\"", "[]", "{}", "\"\"",
        "\" \\t\\n \"", "\"\\u0000\"", "\"\\u0007\\u001b[31m\"", "\"\\u202eמה רואים כאן\"", "\"قطة تجري\"",
        "\"🏃‍♀️👩‍👩‍👧🇩🇪\"",
            "\"\\ud83c\"", "\"\\udfff\\ud800\"",
        "\"e\\u0301\\u0301\\u0301\"", "\"a red ball\"", "\"iVBORw0KGgo=\"", "\"iVBORw0KGgo\"", "\"moment\"", "\"video\"",
            "\"' OR 1=1 --\"", "\"%00../../etc/passwd\"", "\"00000000-0000-0000-0000-000000000000\"",
        "\"2026-02-30T25:61:00Z\"", "\"2026-01-01T00:00:00Z\"", $"\"{new string('x', 3000)}\"",
    ];

    private static readonly Gen<string> s_leaf = Gen.Frequency(
        (6, Gen.Elements(s_odd)),
        (1, ArbMap.Default.GeneratorFor<string>().Select(text => System.Text.Json.JsonSerializer.Serialize(text ?? ""))),
        (1, ArbMap.Default.GeneratorFor<int>().Select(number =>
            number.ToString(System.Globalization.CultureInfo.InvariantCulture))));

    /// <summary>An object, at most three deep.</summary>
    public static Gen<string> Objects { get; } = Object(3);

    /// <summary>Anything.</summary>
    public static Gen<string> Values { get; } = Value(3);

    private static Gen<string> Value(int depth) =>
        depth == 0 ? s_leaf
            : Gen.Frequency((3, s_leaf), (1, Several(Value(depth - 1)).Select(values => $"[{string.Join(',', values)}]")),
            (2, Object(depth - 1)));

    private static Gen<string> Object(int depth) =>
        Several(from name in Gen.Elements(s_members) from value in Value(depth) select $"\"{name}\":{value}").Select(members =>
            $"{{{string.Join(',', members)}}}");

    private static Gen<string[]> Several(Gen<string> one) => Gen.Choose(0, 4).SelectMany(count => Gen.ArrayOf(one, count));
}
