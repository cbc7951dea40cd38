using System.Text.RegularExpressions;

namespace TcMgc.EndToEnd.Tests.Deploy;

/// <summary>What Prometheus calls the instruments that the sources create, and their labels.</summary>
internal static partial class EmittedMetrics
{
    /// <summary>Instruments of the framework, and what Telemetry must call for them.</summary>
    private static readonly (string Call, string Kind, string Name, string Unit)[] s_framework =
    [
        (".AddAspNetCoreInstrumentation()", "Histogram", "http.server.request.duration", "s"),
        (".AddRuntimeInstrumentation()", "UpDownCounter", "dotnet.process.memory.working_set", "By"),
    ];

    /// <summary>The file of all names.</summary>
    private static readonly string s_names =
        File.ReadAllText(Path.Combine(SharedFolder.RepositoryRoot, "src/Shared/TelemetryNames.cs"));

    /// <summary>The text of every source file of the product.</summary>
    public static string Sources { get; } = string.Join('\n', Directory
        .EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    public static HashSet<string> Names { get; } =
    [
        "up", // Prometheus's own.
        .. Instruments().Matches(Sources).SelectMany(one =>
            Series(one.Groups["kind"].Value, Literal("MetricNames", one.Groups["name"].Value), one.Groups["unit"].Value)),
        .. s_framework.Where(one => Sources.Contains(one.Call, StringComparison.Ordinal))
            .SelectMany(one => Series(one.Kind, one.Name, one.Unit)),
    ];

    public static HashSet<string> Labels { get; } =
    [
        "le", "job", "instance", // Of every series, or every histogram.
        "http_route", "http_response_status_code", // Of http.server.request.duration.
        .. Tags().Matches(Sources).Select(tag => Underscored(Literal("AttributeNames", tag.Groups[1].Value))),
    ];

    /// <summary>As the collector's exporter for Prometheus names them.</summary>
    private static IEnumerable<string> Series(string kind, string name, string unit)
    {
        var suffix = unit switch { "s" => "seconds", "By" => "bytes", _ => null };
        var series = Underscored(name);
        if (suffix is not null && !series.EndsWith($"_{suffix}", StringComparison.Ordinal))
            series += $"_{suffix}";
        return kind switch
        {
            "Histogram" => [$"{series}_bucket", $"{series}_sum", $"{series}_count"],
            "Counter" or "ObservableCounter" => [$"{series}_total"],
            _ => [series],
        };
    }

    /// <summary>The string of a constant.</summary>
    private static string Literal(string type, string name) =>
        Regex.Match(s_names, $"""class {type}\b.*?const string {name} = "(.*?)";""", RegexOptions.Singleline).Groups[1].Value;

    private static string Underscored(string name) => name.Replace('.', '_');

    [GeneratedRegex(
        @"\.Create(?<kind>Counter|Histogram|ObservableGauge|ObservableCounter|UpDownCounter|Gauge)(?:<\w+>)?"
            + """\(\s*MetricNames\.(?<name>\w+),[^;"]*"(?<unit>[^"]*)\x22""")]
    private static partial Regex Instruments();

    [GeneratedRegex(@"(?:\{ |KeyValuePair<string, object\?>\()AttributeNames\.(\w+),")]
    private static partial Regex Tags();
}
