using TcMgc.Shared;
using TcMgc.Stores.Kafka;

namespace TcMgc.Stores.Tests.Kafka;

public sealed class KafkaOptionsTests
{
    private static readonly KafkaOptions s_options = new()
    {
        BootstrapServers = "127.0.0.1:1",
        Timeout = TimeSpan.FromSeconds(1)
    };

    public static TheoryData<string, KafkaOptions> Mistaken() => new()
    {
        { "Kafka:BootstrapServers", new() },
        { "Kafka:Prefix", s_options with { Prefix = "a b" } },
        { "Kafka:Partitions", s_options with { Partitions = 0 } },
        { "Kafka:ReplicationFactor", s_options with { ReplicationFactor = 0 } },
        { "Kafka:Retention", s_options with { Retention = TimeSpan.Zero } },
        { "Kafka:Timeout", s_options with { Timeout = TimeSpan.Zero } },
        { "Kafka:DrainTimeout", s_options with { DrainTimeout = TimeSpan.FromHours(2) } },
        { "Kafka:ClientSettings:acks", With("acks", "0") },
        { "Kafka:ClientSettings:group.protocol", With("group.protocol", "classic") },
    };

    [Theory]
    [MemberData(nameof(Mistaken))]
    public void An_option_out_of_its_range_is_named_by_its_key(string key, KafkaOptions options) =>
        Assert.StartsWith($"{key} ", Assert.Throws<UserException>(options.Validate).Message, StringComparison.Ordinal);

    [Fact]
    public void Defaults_with_brokers_are_valid() => s_options.Validate();

    [Theory]
    [InlineData("plaintext", "no.such.setting", "1", "no.such.setting")]
    [InlineData("plaintext", "session.timeout.ms", "soon", "session.timeout.ms")]
    [InlineData("ssl", "ssl.ca.location", "/nowhere/ca.pem", "ssl.ca.location")]
    [InlineData("sasl_ssl", "sasl.mechanism", "SCRAM-SHA-512", "sasl.username")]
    public async Task A_setting_that_the_client_refuses_is_told_as_the_client_tells_it(
    string protocol, string key, string value, string named)
    {
        var options =
            s_options with
            {
                ClientSettings = new Dictionary<string, string>
                {
                    ["security.protocol"] = protocol,
                    [key] = value
                }
            };

        var error = await Assert.ThrowsAsync<UserException>(() => OpenAsync(options));

        Assert.Contains("Kafka:ClientSettings", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_of_a_secret_that_the_client_refuses_is_not_told()
    {
        // The client quotes the value of the first: here it is that of the second, too.
        var options = s_options with
        {
            ClientSettings = new Dictionary<string, string>
            {
                ["enable.ssl.certificate.verification"] = "perhaps",
                ["sasl.password"] = "perhaps",
            },
        };

        var error = await Assert.ThrowsAsync<UserException>(() => OpenAsync(options));

        Assert.DoesNotContain("perhaps", $"{error}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_is_named_without_who_logs_in_there() =>
        Assert.Equal("Kafka at ***@broker:9092", new KafkaOptions { BootstrapServers = "me:s3cret@broker:9092" }.Name);

    [Fact]
    public async Task A_cluster_that_does_not_answer_is_told_with_its_address_and_key()
    {
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(s_options));

        Assert.Contains("Kafka at 127.0.0.1:1", error.Message, StringComparison.Ordinal);
        Assert.Contains("Kafka:BootstrapServers", error.Message, StringComparison.Ordinal);
    }

    private static KafkaOptions With(string setting, string value) =>
        s_options with { ClientSettings = new Dictionary<string, string> { [setting] = value } };

    private static async Task OpenAsync(KafkaOptions options)
    {
        await using var log = await KafkaEventLog.OpenAsync(options, TimeProvider.System, CancellationToken.None);
    }
}
