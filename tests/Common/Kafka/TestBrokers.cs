using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Tests.Common.Kafka;

/// <summary>
/// The brokers that tests share: those of <c>TCMGC_TEST_KAFKA=host:port</c>, else real ones that are started for the tests, else
/// librdkafka's. The output names them. Every log has unique topics and groups, which are deleted from an outside cluster at the
/// end.
/// </summary>
internal sealed class TestBrokers : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1), s_glance = TimeSpan.FromMilliseconds(500);

    private static readonly string? s_named =
        Environment.GetEnvironmentVariable("TCMGC_TEST_KAFKA") is { Length: > 0 } servers ? servers : null;

    private readonly MockBrokers? _mock;
    private readonly string? _outside;
    private readonly List<string> _prefixes = [];

    /// <param name="count">Brokers that are started: 1 or 3.</param>
    /// <param name="settings">Additional lines of server.properties, for real brokers that are started.</param>
    /// <param name="mustBeOurs">Whether the tests stop brokers, so that an outside cluster cannot be used.</param>
    public TestBrokers(int count, string settings = "", bool mustBeOurs = false)
    {
        _outside = mustBeOurs ? null : s_named;
        if (_outside is not null)
            Say($"the cluster at {_outside} (TCMGC_TEST_KAFKA)");
        else if (KafkaServer.Absent is { } reason)
        {
            _mock = new(count);
            Say($"librdkafka's own brokers; {reason}");
        }
        else
        {
            Server = KafkaServer.Start(count, settings);
            Say($"{count} real broker{(count > 1 ? "s" : "")} started for these tests");
        }
        BootstrapServers = _outside ?? Server?.BootstrapServers ?? _mock!.BootstrapServers;
    }

    /// <summary>Why some tests are skipped without real brokers.</summary>
    public const string
        OnlyClassic = "librdkafka's brokers support only the classic protocol",
        CreateNone = "librdkafka's brokers create no topics";

    /// <summary>Whether an outside cluster is used, which tests must not stop or configure.</summary>
    public static bool IsOutside => s_named is not null;

    public string BootstrapServers { get; }

    /// <summary>Real brokers that were started for the tests; null otherwise.</summary>
    public KafkaServer? Server { get; }

    /// <summary>Whether the brokers are not librdkafka's.</summary>
    public bool AreReal => _mock is null;

    /// <summary>
    /// A unique prefix; its topics are created for librdkafka's brokers, which do not create topics themselves.
    /// </summary>
    public string NewPrefix(int partitions)
    {
        var prefix = $"tcmgc-test-{Guid.NewGuid():N}-";
        lock (_prefixes)
            _prefixes.Add(prefix);
        foreach (var topic in _mock is null ? [] : Topics.All.Append(Topics.Dead))
            _mock!.CreateTopic(prefix + topic, partitions);
        return prefix;
    }

    /// <summary>Stops the first brokers, as a crash does.</summary>
    public void TakeAway(int brokers)
    {
        _mock?.SetDown(brokers);
        Parallel.For(1, brokers + 1, broker => Server?.Kill(broker));
    }

    /// <summary>Starts the first brokers again.</summary>
    public void BringBack(int brokers)
    {
        _mock?.SetUp(brokers);
        Parallel.For(1, brokers + 1, broker => Server?.StartBroker(broker));
    }

    public void Dispose()
    {
        if (_outside is not null)
            CleanAsync(_outside).GetAwaiter().GetResult();
        _mock?.Dispose();
        Server?.Dispose();
    }

    private static void Say(string which) => Console.WriteLine($"tcmgc: Kafka in these tests: {which}");

    /// <summary>
    /// Deletes groups after the topics: one whose last member was killed is empty only after its session time-out.
    /// </summary>
    private async Task CleanAsync(string servers)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        bool IsOurs(string name) => _prefixes.Exists(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        var topics = admin.GetMetadata(s_patience).Topics.Select(topic => topic.Topic).Where(IsOurs).ToList();
        if (topics.Count > 0)
            await admin.DeleteTopicsAsync(topics);
        for (var left = s_patience; left > TimeSpan.Zero; left -= s_glance)
        {
            var groups = (await admin.ListConsumerGroupsAsync()).Valid.Select(group => group.GroupId).Where(IsOurs).ToList();
            if (groups.Count == 0)
                return;
            try
            {
                await admin.DeleteGroupsAsync(groups);
            }
            catch (DeleteGroupsException)
            {
                await Task.Delay(s_glance);
            }
        }
        Say("groups whose members were killed still exist; the cluster removes them later");
    }
}
