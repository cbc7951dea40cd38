using TcMgc.Shared.Events;
using TcMgc.Shared.Events.Kafka;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Shared.Tests.Events.Kafka;

/// <summary>Brokers that go away; always librdkafka's, for those of others are not ours to stop.</summary>
[Collection(KafkaTests.Name)]
public sealed class KafkaBrokerTests : IDisposable
{
    private readonly CancellationTokenSource _end = new(TimeSpan.FromMinutes(3));
    private readonly MockBrokers _brokers = new(3);

    public void Dispose()
    {
        _brokers.Dispose();
        _end.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Brokers_go_away_and_return_and_nothing_is_lost_or_doubled(int brokers)
    {
        var options = KafkaCluster.Options(_brokers.BootstrapServers, "", partitions: 3);
        KafkaCluster.CreateTopics(_brokers, options);
        await using var log = await KafkaEventLog.OpenAsync(options, TimeProvider.System, _end.Token);
        await using var deliveries = log.SubscribeAsync(new("workers", Topics.All), _end.Token).GetAsyncEnumerator(_end.Token);
        var seen = new List<VideoEvent>();
        async Task ReceiveAsync(int count)
        {
            for (; count > 0 && await deliveries.MoveNextAsync(); count--)
            {
                seen.Add(deliveries.Current.Event);
                await log.CommitAsync(deliveries.Current, _end.Token);
            }
        }
        VideoEvent[] happened = [.. Enumerable.Range(0, 9).Select(video => Uploaded(video))];
        foreach (var one in happened[..3])
            await log.AppendAsync(one, _end.Token);
        await ReceiveAsync(3);

        _brokers.SetDown(brokers);
        var appending = happened[3..].Select(one => log.AppendAsync(one, _end.Token).AsTask()).ToList();
        _brokers.SetUp(brokers);
        await Task.WhenAll(appending);
        await ReceiveAsync(6);

        Assert.Equal(happened.Select(one => one.EventId).Order(), seen.Select(one => one.EventId).Order());
        Assert.Equal(happened.Select(one => one.EventId).Order(), (await log.ReadAllAsync(_end.Token).ToListAsync(_end.Token)).Select(one => one.EventId).Order());
    }

    [Fact]
    public async Task A_member_whose_brokers_are_gone_for_good_can_leave()
    {
        var options = KafkaCluster.Options(_brokers.BootstrapServers, "", partitions: 3);
        KafkaCluster.CreateTopics(_brokers, options);
        var log = await KafkaEventLog.OpenAsync(options, TimeProvider.System, _end.Token);
        var deliveries = log.SubscribeAsync(new("workers", Topics.All), _end.Token).GetAsyncEnumerator(_end.Token);
        await log.AppendAsync(Uploaded(1), _end.Token);
        Assert.True(await deliveries.MoveNextAsync());
        await log.CommitAsync(deliveries.Current, _end.Token);

        _brokers.SetDown(3);

        await deliveries.DisposeAsync().AsTask().WaitAsync(_end.Token);
        await log.DisposeAsync().AsTask().WaitAsync(_end.Token);
    }
}
