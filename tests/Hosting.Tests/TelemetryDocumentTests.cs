using TcMgc.Shared;

namespace TcMgc.Hosting.Tests;

/// <summary>docs/telemetry.md names what there is.</summary>
public sealed class TelemetryDocumentTests
{
    private static readonly string s_document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "telemetry.md"));

    public static TheoryData<string> EveryName() =>
        [.. new[] { typeof(SpanNames), typeof(AttributeNames), typeof(MetricNames) }
            .SelectMany(names => names.GetFields()).Select(name => (string)name.GetRawConstantValue()!)];

    [Theory]
    [MemberData(nameof(EveryName))]
    public void Every_name_is_documented(string name) => Assert.Contains($"`{name}", s_document, StringComparison.Ordinal);
}
