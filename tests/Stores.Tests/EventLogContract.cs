using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Sqlite;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests;

/// <summary>What every event log does; each adapter's tests derive from it.</summary>
public abstract class EventLogContract : IDisposable
{
    private readonly CancellationTokenSource _end = new(TimeSpan.FromMinutes(3));

    protected CancellationToken Cancelled => _end.Token;

    /// <summary>Rounds of a property's test.</summary>
    protected virtual int Runs => 100;

    /// <summary>A new, empty log, disposed with the test.</summary>
    protected abstract IEventLog Create();

    /// <summary>The same log as another process would open it.</summary>
    protected abstract IEventLog Reopen(IEventLog log);

    /// <summary>The same log after its process has ended and another has begun.</summary>
    protected abstract Task<IEventLog> RestartAsync(IEventLog log);

    public virtual void Dispose()
    {
        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_group_receives_what_was_appended_in_order()
    {
        var log = Create();
        var upload = Uploaded(1);
        VideoEvent[] happened = [upload, Decoded(upload), Indexed(upload), upload with { FileName = "again.mp4" }];
        foreach (var one in happened)
            await log.AppendAsync(one, Cancelled);

        Assert.Equal(ByTopic(happened), ByTopic(await Events(log, new("workers", Topics.All), 4)));
    }

    [Fact]
    public async Task A_group_receives_its_topics_only()
    {
        var log = Create();
        var upload = Uploaded(1);
        foreach (var one in (VideoEvent[])[upload, Decoded(upload), Failed(upload)])
            await log.AppendAsync(one, Cancelled);

        Assert.Equal([Topics.Decoded], (await Events(log, new("featurizer", [Topics.Decoded]), 1)).Select(one => one.Topic));
    }

    [Fact]
    public async Task A_waiting_group_receives_what_is_appended_later()
    {
        var log = Create();
        var waiting = Events(log, new("workers", [Topics.Uploaded]), 2);
        await log.AppendAsync(Uploaded(1), Cancelled);
        await log.AppendAsync(Uploaded(2), Cancelled);

        Assert.Equal([Video(1), Video(2)], (await waiting).Select(one => one.VideoId));
    }

    [Fact]
    public async Task A_waiting_group_receives_what_another_process_appends()
    {
        var log = Create();
        var waiting = Events(log, new("workers", [Topics.Uploaded]), 1);
        await Reopen(log).AppendAsync(Uploaded(7), Cancelled);

        Assert.Equal([Video(7)], (await waiting).Select(one => one.VideoId));
    }

    [Fact]
    public async Task Groups_do_not_take_events_from_each_other()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);

        Assert.Single(await Events(log, new("one", Topics.All), 1, commit: true));
        Assert.Single(await Events(log, new("other", Topics.All), 1, commit: true));
    }

    [Fact]
    public async Task What_was_not_committed_comes_again()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        await log.AppendAsync(Uploaded(2), Cancelled);
        await Events(log, new("workers", Topics.All), 1, commit: true);
        await Events(log, new("workers", Topics.All), 1);

        Assert.Equal(
            [Video(2)], (await Events(await RestartAsync(log), new("workers", Topics.All), 1)).Select(one => one.VideoId));
    }

    [Fact]
    public async Task Commits_out_of_order_skip_nothing()
    {
        var log = Create();
        for (var video = 0; video < 3; video++)
            await log.AppendAsync(Uploaded(video), Cancelled);
        var deliveries = await Deliveries(log, new("workers", Topics.All), 3);
        await log.CommitAsync(deliveries[2], Cancelled);
        await log.CommitAsync(deliveries[0], Cancelled);

        Assert.Equal(
            [Video(1), Video(2)], (await Events(await RestartAsync(log), new("workers", Topics.All), 2)).Select(
                one => one.VideoId));
    }

    [Fact]
    public async Task Committing_twice_does_no_harm()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        await log.AppendAsync(Uploaded(2), Cancelled);
        var first = (await Deliveries(log, new("workers", Topics.All), 1))[0];
        await log.CommitAsync(first, Cancelled);
        await log.CommitAsync(first, Cancelled);

        Assert.Equal([Video(2)], (await Events(log, new("workers", Topics.All), 1)).Select(one => one.VideoId));
    }

    [Fact]
    public async Task No_more_than_the_bound_is_in_flight()
    {
        var log = Create();
        for (var video = 0; video < 5; video++)
            await log.AppendAsync(Uploaded(video), Cancelled);
        await using var deliveries = log.SubscribeAsync(new("workers", Topics.All) { MaxInFlight = 2 }, Cancelled)
            .GetAsyncEnumerator(Cancelled);
        await deliveries.MoveNextAsync();
        var first = deliveries.Current;
        await deliveries.MoveNextAsync();
        var third = deliveries.MoveNextAsync();
        var held = !third.IsCompleted;

        await log.CommitAsync(first, Cancelled);

        Assert.True(held);
        Assert.True(await third);
        Assert.Equal(Video(2), deliveries.Current.Event.VideoId);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        var log = Create();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        await using var deliveries = log.SubscribeAsync(new("workers", Topics.All), stop.Token).GetAsyncEnumerator(stop.Token);
        var waiting = deliveries.MoveNextAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.AsTask());
    }

    [Fact]
    public async Task What_is_in_flight_may_be_committed_after_the_subscription_has_ended()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        await log.AppendAsync(Uploaded(2), Cancelled);
        var ended = await Deliveries(log, new("workers", Topics.All), 1);
        await log.CommitAsync(ended[0], Cancelled);

        Assert.Equal(
            [Video(2)], (await Events(await RestartAsync(log), new("workers", Topics.All), 1)).Select(one => one.VideoId));
    }

    [Fact]
    public async Task Everything_is_read_from_the_beginning_whatever_was_committed()
    {
        var log = Create();
        var upload = Uploaded(1);
        VideoEvent[] happened = [upload, Decoded(upload), Indexed(upload), Uploaded(2)];
        foreach (var one in happened)
            await log.AppendAsync(one, Cancelled);
        await Events(log, new("workers", Topics.All), 4, commit: true);

        var read = new List<VideoEvent>();
        await foreach (var one in log.ReadAllAsync(Cancelled))
            read.Add(one);

        Assert.Equal(ByTopic(happened), ByTopic(read));
    }

    [Fact]
    public async Task A_follower_is_given_what_it_has_not_done_told_when_that_is_all_and_then_what_comes()
    {
        var log = Create();
        var upload = Uploaded(1);
        foreach (var one in (VideoEvent[])[upload, Decoded(upload)])
            await log.AppendAsync(one, Cancelled);
        var first = await log.FollowAsync(new Dictionary<string, long>(), Cancelled)
            .TakeWhile(entry => entry is not null).ToListAsync(Cancelled);
        await log.AppendAsync(Indexed(upload), Cancelled);
        var done = first.ToDictionary(entry => entry!.Partition, entry => entry!.Position);

        await using var rest = (await RestartAsync(log)).FollowAsync(done, Cancelled).GetAsyncEnumerator(Cancelled);
        var (indexed, end, waiting) = (await NextAsync(), await NextAsync(), NextAsync());
        await Reopen(log).AppendAsync(Uploaded(2), Cancelled);

        Assert.Equal(ByTopic([upload, Decoded(upload)]).Select(one => one.Topic),
            ByTopic(first.Select(entry => entry!.Event!)).Select(one => one.Topic));
        Assert.Equal((Topics.Indexed, null, Video(2)), (indexed?.Event?.Topic, end, (await waiting)?.Event?.VideoId));

        async Task<LogEntry?> NextAsync()
        {
            Assert.True(await rest.MoveNextAsync());
            return rest.Current;
        }
    }

    [Fact]
    public async Task A_delivery_given_up_is_a_dead_letter_and_does_not_come_again()
    {
        var log = Create();
        await log.AppendAsync(Uploaded(1), Cancelled);
        await log.AppendAsync(Uploaded(2), Cancelled);
        var given = (await Deliveries(log, new("workers", Topics.All), 1))[0];

        await log.RejectAsync(given, "the index is full", Cancelled);
        await log.RejectAsync(given, "once is enough", Cancelled);

        Assert.Equal(
            [Video(2)], (await Events(await RestartAsync(log), new("workers", Topics.All), 1)).Select(one => one.VideoId));
        var letter = Assert.Single(await Reopen(log).DeadLettersAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Equal((Topics.Uploaded, given.Partition, given.Position), (letter.Topic, letter.Partition, letter.Position));
        Assert.Equal(("workers", "the index is full"), (letter.Group, letter.Reason));
    }

    [Fact]
    public async Task A_dead_letter_sent_again_is_the_same_event_once_more()
    {
        var log = Create();
        var upload = Uploaded(1);
        await log.AppendAsync(upload, Cancelled);
        await log.RejectAsync((await Deliveries(log, new("workers", Topics.All), 1))[0], "the index is full", Cancelled);

        Assert.Single(await log.ReplayAsync(Cancelled).ToListAsync(Cancelled));

        Assert.Empty(await log.DeadLettersAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Empty(await Reopen(log).ReplayAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Equal([upload], await Events(log, new("workers", Topics.All), 1));
        Assert.Equal([upload, upload], await log.ReadAllAsync(Cancelled).ToListAsync(Cancelled));
    }

    [Fact]
    public async Task A_delivery_continues_the_trace_of_its_append()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SourceNames.Events,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData
        };
        ActivitySource.AddActivityListener(listener);
        var log = Create();
        using var upload = new Activity("upload") { TraceStateString = "vendor=1" }.SetIdFormat(ActivityIdFormat.W3C).Start();
        await log.AppendAsync(Uploaded(1), Cancelled);
        upload.Stop();

        var delivery = Assert.Single(await Deliveries(await RestartAsync(log), new("workers", Topics.All), 1));
        using var process = EventTelemetry.StartProcess(delivery);

        Assert.Equal((upload.TraceId, "vendor=1"), (delivery.Trace.TraceId, delivery.Trace.TraceState));
        Assert.NotEqual(upload.SpanId, delivery.Trace.SpanId); // The append's own.
        Assert.Equal((upload.TraceId, delivery.Trace.SpanId), (process!.TraceId, process.ParentSpanId));
    }

    /// <summary>
    /// Appends, deliveries, commits in any order and restarts, against a list and the set of what was committed.
    /// </summary>
    [Fact]
    public void It_behaves_as_a_list_with_a_done_prefix() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), steps =>
        {
            var log = Create();
            var (model, inFlight, done, next) =
                (new List<VideoEvent>(), new List<(int Index, Delivery Delivery)>(), new HashSet<int>(), 0);
            foreach (var step in steps)
                switch (step % 4)
                {
                    case 0:
                        model.Add(Uploaded(model.Count));
                        log.AppendAsync(model[^1], Cancelled).AsTask().Wait(Cancelled);
                        break;
                    case 1 or 2 when inFlight.Count > 0:
                        var chosen = step / 4 % inFlight.Count;
                        log.CommitAsync(inFlight[chosen].Delivery, Cancelled).AsTask().Wait(Cancelled);
                        done.Add(inFlight[chosen].Index);
                        inFlight.RemoveAt(chosen);
                        break;
                    case 3 when model.Count > 0:
                        if (step >= 128)
                            log = RestartAsync(log).Result;
                        next = 0;
                        while (done.Contains(next))
                            next++;
                        done.RemoveWhere(index => index > next);
                        inFlight = Deliveries(log, new("workers", Topics.All) { MaxInFlight = 1000 }, model.Count - next).Result
                            .Select((delivery, i) => (next + i, delivery)).ToList();
                        Assert.Equal(model.Skip(next), inFlight.Select(one => one.Delivery.Event));
                        break;
                }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));

    /// <summary>A video's events of one topic keep their order; topics may overtake each other.</summary>
    private static IEnumerable<VideoEvent> ByTopic(IEnumerable<VideoEvent> events) =>
        events.OrderBy(one => one.Topic, StringComparer.Ordinal);

    protected async Task<List<VideoEvent>> Events(IEventLog log, Subscription subscription, int count, bool commit = false) =>
        [.. (await Deliveries(log, subscription, count, commit)).Select(delivery => delivery.Event)];

    protected async Task<List<Delivery>> Deliveries(IEventLog log, Subscription subscription, int count, bool commit = false)
    {
        var deliveries = new List<Delivery>();
        if (count == 0)
            return deliveries;
        await foreach (var delivery in log.SubscribeAsync(subscription, Cancelled))
        {
            deliveries.Add(delivery);
            if (commit)
                await log.CommitAsync(delivery, Cancelled);
            if (deliveries.Count == count)
                break;
        }
        return deliveries;
    }
}
