using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Tests.Common.Kafka;

/// <summary>
/// The brokers that tests share: those that <c>TCMGC_TEST_KAFKA=host:port</c> names; else real ones of our own; else, where none
/// can be started, librdkafka's. The output says which. Every log has topics and groups of its own; an outside cluster is rid of
/// them at the end.
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
    /// <param name="settings">Lines of server.properties besides, for real brokers of our own.</param>
    /// <param name="mustBeOurs">Whether some are taken away, so that an outside cluster will not do.</param>
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

    /// <summary>Why some tests are skipped where no brokers are real.</summary>
    public const string
        OnlyClassic = "librdkafka's brokers know the classic protocol only", CreateNone = "librdkafka's brokers create no topics";

    /// <summary>Whether a cluster is named that is not ours to stop or to set.</summary>
    public static bool IsOutside => s_named is not null;

    public string BootstrapServers { get; }

    /// <summary>Real brokers of our own; null where they are others'.</summary>
    public KafkaServer? Server { get; }

    /// <summary>Whether they are not librdkafka's.</summary>
    public bool AreReal => _mock is null;

    /// <summary>A prefix that no other log has; librdkafka's brokers, which create no topics, have its topics.</summary>
    public string NewPrefix(int partitions)
    {
        var prefix = $"tcmgc-test-{Guid.NewGuid():N}-";
        lock (_prefixes)
            _prefixes.Add(prefix);
        foreach (var topic in _mock is null ? [] : Topics.All.Append(Topics.Dead))
            _mock!.CreateTopic(prefix + topic, partitions);
        return prefix;
    }

    /// <summary>Takes the first so many brokers away, as a crash does.</summary>
    public void TakeAway(int brokers)
    {
        _mock?.SetDown(brokers);
        Parallel.For(1, brokers + 1, broker => Server?.Kill(broker));
    }

    /// <summary>Brings the first so many brokers back.</summary>
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

    /// <summary>Groups after the topics: one whose last member was killed is empty only when its session has ended.</summary>
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
        Say("groups whose members were killed are still there; the cluster forgets them by itself");
    }
}
