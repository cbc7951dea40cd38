using System.Globalization;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Tests.Common.Kafka;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>What the log in Kafka does whichever protocol its groups speak.</summary>
public abstract class KafkaEventLogContract(KafkaCluster cluster, KafkaGroupProtocol protocol) : EventLogContract
{
    private readonly Dictionary<IEventLog, KafkaOptions> _logs = [];

    protected static Subscription Workers { get; } = new("workers", Topics.All);

    /// <summary>Joining a group takes a while, and each step may do so.</summary>
    protected override int Runs => TestBrokers.IsOutside ? 1 : 2;

    protected override IEventLog Create() => Open(NewLog(partitions: 1));

    protected override IEventLog Reopen(IEventLog log) => Open(_logs[log]);

    protected override async Task<IEventLog> RestartAsync(IEventLog log)
    {
        await ((KafkaEventLog)log).DisposeAsync();
        return Reopen(log);
    }

    public override void Dispose()
    {
        foreach (var log in _logs.Keys.Cast<KafkaEventLog>())
            log.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_taken_from_a_member_is_not_committed_by_it()
    {
        var options = NewLog(partitions: 4);
        var uploads = Workers with { Topics = [Topics.Uploaded] };
        var (first, second) = (Open(options), Open(options));
        for (var video = 0; video < 16; video++)
            await first.AppendAsync(Uploaded(video), Cancelled);
        await using var deliveries = first.SubscribeAsync(uploads, Cancelled).GetAsyncEnumerator(Cancelled);
        var taken = new List<Delivery>();
        while (taken.Count < 16 && await deliveries.MoveNextAsync())
            taken.Add(deliveries.Current);

        var moved = Assert.Single(await Deliveries(second, uploads, 1));
        foreach (var delivery in taken)
            await first.CommitAsync(delivery, Cancelled);
        await first.DisposeAsync();
        await second.DisposeAsync();

        var again = await Open(options).SubscribeAsync(uploads, Cancelled)
            .FirstAsync(delivery => delivery.Event == moved.Event, Cancelled);
        Assert.Equal((moved.Partition, moved.Position), (again.Partition, again.Position));
    }

    [Fact]
    public async Task A_subscription_that_ends_stays_until_what_is_in_flight_is_committed()
    {
        var options = NewLog(partitions: 1);
        var (first, second) = (Open(options), Open(options));
        await first.AppendAsync(Uploaded(1), Cancelled);
        await first.AppendAsync(Uploaded(2), Cancelled);
        var working = Assert.Single(await Deliveries(first, Workers, 1));
        var next = Events(second, Workers, 1);

        await first.CommitAsync(working, Cancelled);

        Assert.Equal([Video(2)], (await next).Select(one => one.VideoId));
    }

    [Fact]
    public async Task Work_longer_than_the_poll_interval_costs_no_membership()
    {
        var options = NewLog(partitions: 1);
        // In the classic protocol at least the session.
        var interval = options.ClientSettings.GetValueOrDefault("session.timeout.ms", "1000");
        var log = Open(options with
        {
            ClientSettings = new Dictionary<string, string>(options.ClientSettings) { ["max.poll.interval.ms"] = interval },
        });
        for (var video = 0; video < 6; video++)
            await log.AppendAsync(Uploaded(video), Cancelled);
        var one = Workers with { MaxInFlight = 1 };
        await using var deliveries = log.SubscribeAsync(one, Cancelled).GetAsyncEnumerator(Cancelled);

        var seen = new List<VideoId>();
        while (seen.Count < 6 && await deliveries.MoveNextAsync())
        {
            if (seen.Count == 2)
                await Task.Delay(int.Parse(interval, CultureInfo.InvariantCulture) * 3 / 2, Cancelled);
            seen.Add(deliveries.Current.Event.VideoId);
            await log.CommitAsync(deliveries.Current, Cancelled);
        }

        Assert.Equal(Enumerable.Range(0, 6).Select(Video), seen);
    }

    [Fact]
    public async Task A_partition_that_was_taken_away_during_long_work_flows_when_it_comes_back()
    {
        var options = NewLog(partitions: 4);
        var uploads = Workers with { Topics = [Topics.Uploaded], MaxInFlight = 1 };
        var (first, second) = (Open(options), Open(options));
        for (var video = 0; video < 16; video++)
            await first.AppendAsync(Uploaded(video), Cancelled);
        await using var deliveries = first.SubscribeAsync(uploads, Cancelled).GetAsyncEnumerator(Cancelled);
        await deliveries.MoveNextAsync();
        var seen = new HashSet<VideoId>();
        async Task WorkAsync(int videos)
        {
            while (seen.Count < videos)
            {
                seen.Add(deliveries.Current.Event.VideoId);
                await first.CommitAsync(deliveries.Current, Cancelled);
                if (seen.Count < videos)
                    await deliveries.MoveNextAsync();
            }
        }

        await Deliveries(second, uploads, 1); // It joins while the first works.
        await WorkAsync(3);
        await second.DisposeAsync();
        await deliveries.MoveNextAsync();
        await WorkAsync(16);

        Assert.Equal(16, seen.Count);
    }

    protected bool AreReal => cluster.Brokers.AreReal;

    protected KafkaOptions NewLog(int partitions) => cluster.NewLog(partitions, protocol);

    protected KafkaOptions OptionsOf(IEventLog log) => _logs[log];

    protected KafkaEventLog Open(KafkaOptions options)
    {
        var log = KafkaEventLog.OpenAsync(options, TimeProvider.System, Cancelled).AsTask().GetAwaiter().GetResult();
        _logs[log] = options;
        return log;
    }
}
