using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Cli;

/// <summary>Writes a command's result to standard output, as JSON for programs or as text for people.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Width of tables in columns: a path that is wrapped is none, neither for programs nor to be copied.</summary>
    public const int Unwrapped = 10_000;

    /// <summary>Things with their number: "1 video", "2 videos".</summary>
    public static string Count(long number, string thing) => $"{number} {thing}{(number == 1 ? "" : "s")}";

    /// <summary>Writes a result as JSON, or lets <paramref name="print"/> write it as text.</summary>
    public static void Write<T>(T result, bool asJson, Action<T> print)
    {
        if (asJson)
            Json(result);
        else
            print(result);
    }

    public static void Json<T>(T document) => Console.Out.WriteLine(ToJson(document));

    /// <summary>A result as programs read it.</summary>
    public static string ToJson<T>(T document) => JsonSerializer.Serialize(document, s_json);
}
