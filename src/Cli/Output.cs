using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Cli;

/// <summary>What a command prints for programs: one JSON document on standard output.</summary>
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

    /// <summary>Columns of a console that is no terminal: lines are for programs there, and are not wrapped.</summary>
    public const int Unwrapped = 10_000;

    public static void Json<T>(T document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, s_json));
}
