using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Tests.Common.Kafka;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>Three brokers keep copies, die and come back.</summary>
[Collection(ThreeBrokersTests.Name)]
public sealed class KafkaBrokerTests(ThreeBrokers cluster) : IDisposable
{
    private readonly CancellationTokenSource _end = new(TimeSpan.FromMinutes(3));

    public void Dispose() => _end.Dispose();

    [Fact]
    public async Task On_three_brokers_topics_have_three_copies_of_which_two_must_have_an_event()
    {
        Assert.SkipUnless(cluster.Brokers.AreReal, TestBrokers.CreateNone);
        var options = cluster.NewLog(partitions: 2);
        await using var log = await OpenAsync(options);

        var (_, copies, settings) = await KafkaStorageTests.TopicAsync(options, Topics.Uploaded);

        Assert.Equal((3, "2"), (copies, settings["min.insync.replicas"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Brokers_die_and_return_and_nothing_is_lost_or_doubled_and_who_leaves_meanwhile_can(int brokers)
    {
        var options = cluster.NewLog(partitions: 3);
        options = options with
        {
            // Appended once, and not given up: who appends again may double.
            ClientSettings = new Dictionary<string, string>(options.ClientSettings) { ["message.timeout.ms"] = "120000" },
        };
        await using var log = await OpenAsync(options);
        await using var deliveries = log.SubscribeAsync(new("workers", Topics.All), _end.Token).GetAsyncEnumerator(_end.Token);
        var leaver = await OpenAsync(options);
        var leaving = leaver.SubscribeAsync(new("leavers", Topics.All), _end.Token).GetAsyncEnumerator(_end.Token);
        VideoEvent[] happened = [.. Enumerable.Range(0, 9).Select(video => Uploaded(video))];
        foreach (var one in happened[..3])
            await log.AppendAsync(one, _end.Token);
        var seen = await ReceiveAsync(log, deliveries, 3);
        await ReceiveAsync(leaver, leaving, 1);

        cluster.Brokers.TakeAway(brokers);
        var appending = happened[3..].Select(one => log.AppendAsync(one, _end.Token).AsTask()).ToList();
        try
        {
            await leaving.DisposeAsync().AsTask().WaitAsync(_end.Token);
            await leaver.DisposeAsync().AsTask().WaitAsync(_end.Token);
        }
        finally
        {
            cluster.Brokers.BringBack(brokers);
        }
        await Task.WhenAll(appending);
        seen.AddRange(await ReceiveAsync(log, deliveries, 6));

        Assert.Equal(happened.Select(one => one.EventId).Order(), seen.Order());
        Assert.Equal(seen.Order(), await log.ReadAllAsync(_end.Token).Select(one => one.EventId).Order().ToListAsync(_end.Token));
    }

    private async Task<List<Guid>> ReceiveAsync(KafkaEventLog log, IAsyncEnumerator<Delivery> deliveries, int count)
    {
        var seen = new List<Guid>();
        while (seen.Count < count && await deliveries.MoveNextAsync())
        {
            seen.Add(deliveries.Current.Event.EventId);
            await log.CommitAsync(deliveries.Current, _end.Token);
        }
        return seen;
    }

    private Task<KafkaEventLog> OpenAsync(KafkaOptions options) =>
        KafkaEventLog.OpenAsync(options, TimeProvider.System, _end.Token).AsTask();
}
