using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Sqlite;
using TcMgc.Tests.Common.Kafka;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>Brokers that want TLS, credentials (SCRAM-SHA-512) and rights.</summary>
[Collection(KafkaTests.Name)]
public sealed class KafkaSecurityTests(KafkaCluster cluster) : IAsyncLifetime
{
    private const string User = "tcmgc", Password = "correct horse";
    private readonly CancellationTokenSource _end = new(TimeSpan.FromMinutes(2));
    private IAdminClient? _admin;

    private KafkaServer Server => cluster.Brokers.Server!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(cluster.Brokers.Server is null,
            KafkaServer.Absent ?? "TCMGC_TEST_KAFKA names a cluster whose users are not ours to make");
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Brokers.BootstrapServers }).Build();
        await _admin.AlterUserScramCredentialsAsync([new UserScramCredentialUpsertion
        {
            User = User,
            Password = Encoding.UTF8.GetBytes(Password),
            ScramCredentialInfo = new() { Mechanism = ScramMechanism.ScramSha512, Iterations = 4096 },
        }]);
    }

    public ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        _end.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Events_flow_with_the_right_password_over_TLS()
    {
        await using var log = await OpenAsync(Secured());
        var upload = Uploaded(1);
        await log.AppendAsync(upload, _end.Token);

        var delivery = await log.SubscribeAsync(new("workers", Topics.All), _end.Token).FirstAsync(_end.Token);

        Assert.Equal(upload, delivery.Event);
        Assert.Equal([upload], await log.ReadAllAsync(_end.Token).ToListAsync(_end.Token));
    }

    [Fact]
    public async Task A_wrong_password_is_told_at_once()
    {
        var error = await Assert.ThrowsAnyAsync<UserException>(() => OpenAsync(Secured("sasl.password", "wrong")));

        Assert.Contains("Authentication failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("Kafka:ClientSettings:sasl.username", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_told_at_once()
    {
        using var folder = new ScratchFolder();
        var other = LoopbackCertificate.Create(folder.Path);

        var error = await Assert.ThrowsAnyAsync<UserException>(() => OpenAsync(Secured("ssl.ca.location", other.Authority)));

        Assert.Contains("certificate verify failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("Kafka:ClientSettings:ssl.ca.location", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_without_TLS_is_told_what_the_broker_did()
    {
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(
            cluster.NewLog(1) with { BootstrapServers = Server.SecureServers, Timeout = TimeSpan.FromSeconds(1) }));

        Assert.Contains("Kafka:ClientSettings:security.protocol", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_may_not_read_its_topic_ends_with_a_line_that_names_it()
    {
        var options = Secured();
        await using var log = await OpenAsync(options);
        await DenyAsync(ResourceType.Topic, options.Prefix + Topics.Uploaded, AclOperation.Read);

        var error = await Assert.ThrowsAsync<UserException>(
            () => log.SubscribeAsync(new("workers", [Topics.Uploaded]), _end.Token).FirstAsync(_end.Token).AsTask());

        Assert.Contains(options.Prefix + "workers", error.Message, StringComparison.Ordinal);
        Assert.Contains("authorization failed", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("give the user of Kafka:ClientSettings:sasl.username", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_may_not_join_a_group_or_append_is_told_so()
    {
        var options = Secured();
        await using var log = await OpenAsync(options);
        await DenyAsync(ResourceType.Group, options.Prefix + "workers", AclOperation.Read);
        await DenyAsync(ResourceType.Topic, options.Prefix + Topics.Uploaded, AclOperation.Write);

        var joining = await Assert.ThrowsAsync<UserException>(
            () => log.SubscribeAsync(new("workers", [Topics.Uploaded]), _end.Token).FirstAsync(_end.Token).AsTask());
        var appending = await Assert.ThrowsAsync<UserException>(() => log.AppendAsync(Uploaded(1), _end.Token).AsTask());

        Assert.All([joining, appending],
            error => Assert.Contains("authorization failed", error.Message, StringComparison.OrdinalIgnoreCase));
    }

    private KafkaOptions Secured(string? setting = null, string? value = null)
    {
        var options = cluster.NewLog(partitions: 1);
        var settings = new Dictionary<string, string>(options.ClientSettings)
        {
            ["security.protocol"] = "sasl_ssl",
            ["ssl.ca.location"] = Server.Certificate.Authority,
            ["sasl.mechanism"] = "SCRAM-SHA-512",
            ["sasl.username"] = User,
            ["sasl.password"] = Password,
        };
        if (setting is not null)
            settings[setting] = value!;
        return options with { BootstrapServers = Server.SecureServers, ClientSettings = settings };
    }

    private Task DenyAsync(ResourceType type, string name, AclOperation operation) => _admin!.CreateAclsAsync([new()
    {
        Pattern = new() { Type = type, Name = name, ResourcePatternType = ResourcePatternType.Literal },
        Entry = new() { Principal = $"User:{User}", Host = "*", Operation = operation, PermissionType = AclPermissionType.Deny },
    }]);

    private Task<KafkaEventLog> OpenAsync(KafkaOptions options) =>
        KafkaEventLog.OpenAsync(options, TimeProvider.System, _end.Token).AsTask();
}
