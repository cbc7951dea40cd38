using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Sqlite;
using TcMgc.Tests.Common.Kafka;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>What brokers refuse for a while, or for good.</summary>
public sealed class KafkaRefusalTests : IDisposable
{
    private readonly CancellationTokenSource _end = new(TimeSpan.FromMinutes(2));

    public void Dispose() => _end.Dispose();

    /// <summary>As brokers do that have just started, or do not know a new topic yet.</summary>
    [Fact]
    public async Task What_is_refused_for_a_while_is_asked_again_when_the_log_is_read()
    {
        using var brokers = new MockBrokers(1);
        foreach (var topic in Topics.All.Append(Topics.Dead))
            brokers.CreateTopic(topic, partitions: 1);
        await using var log = await OpenAsync(KafkaCluster.Options(brokers.BootstrapServers, "", 1, KafkaGroupProtocol.Classic));
        var upload = Uploaded(1);
        await log.AppendAsync(upload, _end.Token);

        brokers.Refuse(MockBrokers.ListOffsets,
            MockBrokers.UnknownTopic, MockBrokers.LeaderNotAvailable, MockBrokers.NotLeader, MockBrokers.UnknownTopic);

        Assert.Equal([upload], await log.ReadAllAsync(_end.Token).ToListAsync(_end.Token));
    }

    [Fact]
    public async Task A_log_whose_brokers_have_just_started_is_identified_once_they_answer()
    {
        using var brokers = new MockBrokers(1);
        foreach (var topic in Topics.All.Append(Topics.Dead))
            brokers.CreateTopic(topic, partitions: 2);
        await using var log = await OpenAsync(KafkaCluster.Options(brokers.BootstrapServers, "", 2, KafkaGroupProtocol.Classic));
        brokers.Refuse(MockBrokers.ListOffsets, MockBrokers.LeaderNotAvailable, MockBrokers.NotLeader);

        var empty = await log.IdentifyAsync(_end.Token);
        await log.AppendAsync(Uploaded(1), _end.Token);
        var filled = await log.IdentifyAsync(_end.Token);

        Assert.Equal((true, false, empty.Id), (empty.IsEmpty, filled.IsEmpty, filled.Id));
    }

    [Fact]
    public async Task Brokers_that_do_not_know_the_new_group_protocol_are_told_with_the_setting()
    {
        Assert.SkipWhen(KafkaServer.Absent is not null, KafkaServer.Absent ?? "");
        using var server = KafkaServer.Start(1, "group.coordinator.rebalance.protocols=classic");
        var options = KafkaCluster.Options(server.BootstrapServers, "", 1, KafkaGroupProtocol.Consumer);
        await using var log = await OpenAsync(options);

        var error = await Assert.ThrowsAsync<UserException>(
            () => log.SubscribeAsync(new("workers", Topics.All), _end.Token).FirstAsync(_end.Token).AsTask());

        Assert.Contains("Kafka:GroupProtocol set to classic", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
    }

    private Task<KafkaEventLog> OpenAsync(KafkaOptions options) =>
        KafkaEventLog.OpenAsync(options, TimeProvider.System, _end.Token).AsTask();
}
