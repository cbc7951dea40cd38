using System.Reflection;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores.Kafka;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>docs/kafka.md names what there is.</summary>
public sealed class KafkaDocumentTests
{
    private static readonly string s_document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "kafka.md"));

    public static TheoryData<string> EverySetting() =>
        [.. typeof(KafkaOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(EverySetting))]
    public void Every_setting_has_its_row(string setting) =>
        Assert.Contains($"\n| `{KafkaOptions.Section}:{setting}` |", s_document, StringComparison.Ordinal);

    [Theory]
    [InlineData(KafkaHeaders.EventId)]
    [InlineData(KafkaHeaders.SchemaVersion)]
    [InlineData(KafkaHeaders.DeadTopic)]
    [InlineData(Topics.Dead)]
    [InlineData(SourceNames.Events)]
    [InlineData(MetricNames.EventLag)]
    public void Every_name_on_the_wire_is_documented(string name) =>
        Assert.Contains($"`{name}`", s_document, StringComparison.Ordinal);
}
