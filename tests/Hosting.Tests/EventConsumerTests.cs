using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Hosting.Tests;

public sealed class EventConsumerTests : IAsyncLifetime
{
    private static readonly ServiceOptions s_options = new() { Retries = 2, RetryDelay = TimeSpan.FromMilliseconds(1) };

    private static readonly Subscription s_workers = new("workers", [Topics.Uploaded]) { MaxInFlight = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-consumer-").FullName;
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(3));
    private DataFolder _data = null!;

    public async ValueTask InitializeAsync() => _data = await DataFolder.OpenAsync(_folder, TimeProvider.System, default);

    public ValueTask DisposeAsync()
    {
        _stop.Dispose();
        _data.Dispose();
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    [Fact]
    public async Task What_fails_once_is_tried_again()
    {
        await _data.Events.AppendAsync(Uploaded(1), default);
        var attempts = 0;

        await Consumer().RunAsync(s_workers, async (_, _) =>
        {
            if (++attempts == 1)
                throw new UserException("the disk is full");
            await _stop.CancelAsync();
        }, _stop.Token);

        Assert.Equal(2, attempts);
        Assert.Empty(await DeadLettersAsync());
    }

    [Fact]
    public async Task What_fails_every_time_goes_to_the_dead_letters_while_the_rest_flows()
    {
        var (poison, sound) = (Uploaded(1), Uploaded(2));
        await _data.Events.AppendAsync(poison, default);
        await _data.Events.AppendAsync(sound, default);
        var handled = new List<Guid>();

        await Consumer().RunAsync(s_workers, async (happened, _) =>
        {
            handled.Add(happened.EventId);
            if (happened.EventId == poison.EventId)
                throw new InvalidDataException("unreadable");
            await _stop.CancelAsync();
        }, _stop.Token);

        Assert.Equal([poison.EventId, poison.EventId, poison.EventId, sound.EventId], handled);
        var letter = Assert.Single(await DeadLettersAsync());
        Assert.Equal((Topics.Uploaded, "workers", "unreadable"), (letter.Topic, letter.Group, letter.Reason));
    }

    [Fact]
    public async Task A_video_whose_event_is_given_up_has_failed_at_its_stage_before_the_event_is_a_dead_letter()
    {
        var upload = Uploaded(1);
        await _data.Events.AppendAsync(upload, default);
        await _data.Events.AppendAsync(Uploaded(2), default);

        await Consumer().RunAsync(s_workers, async (happened, _) =>
        {
            if (happened.EventId == upload.EventId)
                throw new InvalidDataException("unreadable");
            await _stop.CancelAsync();
        }, _stop.Token, Stages.Decode);

        var failed = Assert.Single((await _data.Events.ReadAllAsync(default).ToListAsync()).OfType<VideoFailed>());
        Assert.Equal((upload.VideoId, upload.EventId, Stages.Decode, "unreadable"),
            (failed.VideoId, failed.UploadId, failed.Stage, failed.Reason));
        Assert.Single(await DeadLettersAsync());
    }

    [Fact]
    public async Task A_video_that_is_given_up_while_the_log_comes_and_goes_fails_by_one_event()
    {
        await _data.Events.AppendAsync(Uploaded(1), default);
        await _data.Events.AppendAsync(Uploaded(2), default);
        var time = new JumpingTime();
        var log = new RefusingLog(_data.Events, rejections: 3);
        var consumer = new EventConsumer(
            log, time, s_options, new(time, s_options, new KeptLog()), NullLogger<EventConsumer>.Instance);

        await consumer.RunAsync(s_workers, async (happened, _) =>
        {
            if (happened.VideoId == Video(1))
                throw new InvalidDataException("unreadable");
            await _stop.CancelAsync();
        }, _stop.Token, Stages.Index);

        var failed = (await _data.Events.ReadAllAsync(default).ToListAsync()).OfType<VideoFailed>().ToList();
        Assert.Equal(4, failed.Count);
        Assert.Single(failed.Distinct());
        Assert.Single(await DeadLettersAsync());
    }

    [Fact]
    public async Task A_wrong_setting_is_waited_for_and_no_event_is_given_up()
    {
        await _data.Events.AppendAsync(Uploaded(1), default);
        var (time, log, attempts) = (new JumpingTime(), new KeptLog(), 0);
        var outages = new StoreOutages(time, s_options, log);

        await Consumer(time: time, outages: outages).RunAsync(s_workers, async (_, _) =>
        {
            if (++attempts < 9)
                throw new WrongSettingException("Decode:FrameSide", "Decode:FrameSide is 16; the model takes 32");
            Assert.Equal(["Decode:FrameSide is 16; the model takes 32"], outages.Reasons);
            await _stop.CancelAsync();
        }, _stop.Token);

        Assert.Empty(await DeadLettersAsync());
        Assert.Equal("a setting is wrong, work waits: Decode:FrameSide is 16; the model takes 32", log.Lines[0]);
    }

    [Fact]
    public async Task Where_nobody_waits_a_store_that_is_away_ends_the_work_and_the_event_comes_again()
    {
        var upload = Uploaded(1);
        await _data.Events.AppendAsync(upload, default);
        var outages = new StoreOutages(TimeProvider.System, s_options, NullLogger<StoreOutages>.Instance) { Waits = false };

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => Consumer(outages: outages).RunAsync(
            s_workers, (_, _) => throw new StoreUnavailableException("/data", "/data: the disk is full"), _stop.Token));

        Assert.Equal("/data: the disk is full", error.Message);
        Assert.Empty(await DeadLettersAsync());
        Assert.Equal([upload], await AgainAsync());
    }

    [Fact]
    public async Task A_store_that_is_away_for_20_minutes_is_waited_for_and_no_event_is_given_up()
    {
        await _data.Events.AppendAsync(Uploaded(1), default);
        await _data.Events.AppendAsync(Uploaded(2), default);
        var time = new JumpingTime();
        var (back, attempts, handled) = (time.GetUtcNow().AddMinutes(20), new List<DateTimeOffset>(), new List<VideoId>());
        var log = new KeptLog();
        var outages = new StoreOutages(time, s_options, log);
        var waiting = new HashSet<string>();
        await Consumer(time: time, outages: outages).RunAsync(s_workers, async (happened, _) =>
        {
            attempts.Add(time.GetUtcNow());
            waiting.UnionWith(outages.Reasons);
            if (time.GetUtcNow() < back)
                throw new StoreUnavailableException("Qdrant", "Qdrant at http://qdrant:6334 does not answer");
            handled.Add(happened.VideoId);
            if (handled.Count == 2)
                await _stop.CancelAsync();
        }, _stop.Token);

        Assert.Equal([Uploaded(1).VideoId, Uploaded(2).VideoId], handled);
        Assert.Empty(await DeadLettersAsync());
        Assert.InRange(attempts.Count, 20 * 60 / 15, 500);
        Assert.Equal(["Qdrant at http://qdrant:6334 does not answer"], waiting);
        Assert.Empty(outages.Reasons);
        Assert.Equal(
            ["a store is away: Qdrant at http://qdrant:6334 does not answer", "Qdrant is back after"],
            log.Lines.Select(line => line.Split(" 00:")[0]));
    }

    [Fact]
    public async Task A_disk_that_is_full_is_waited_for_wherever_it_was_written_to()
    {
        await _data.Events.AppendAsync(Uploaded(1), default);
        var (time, log, attempts) = (new JumpingTime(), new KeptLog(), 0);

        await Consumer(time: time, outages: new(time, s_options, log)).RunAsync(s_workers, async (_, _) =>
        {
            if (++attempts < 9)
                throw new IOException("No space left on device : '/tmp/x'", 28);
            await _stop.CancelAsync();
        }, _stop.Token);

        Assert.Empty(await DeadLettersAsync());
        Assert.Equal("a store is away: No space left on device : '/tmp/x'; make room", log.Lines[0]);
    }

    [Fact]
    public async Task Asked_to_stop_it_waits_for_no_store_and_the_event_comes_again()
    {
        var upload = Uploaded(1);
        await _data.Events.AppendAsync(upload, default);

        await Consumer().RunAsync(s_workers, async (_, _) =>
        {
            await _stop.CancelAsync();
            throw new StoreUnavailableException("/data", "/data: the disk is full");
        }, _stop.Token);

        Assert.Empty(await DeadLettersAsync());
        Assert.Equal([upload], await AgainAsync());
    }

    [Fact]
    public async Task Asked_to_stop_it_lets_what_is_under_way_end()
    {
        await _data.Events.AppendAsync(Uploaded(1), default);
        var ended = false;

        await Consumer().RunAsync(s_workers, async (_, cancel) =>
        {
            await _stop.CancelAsync();
            cancel.ThrowIfCancellationRequested();
            ended = true;
        }, _stop.Token);

        Assert.True(ended);
        Assert.Empty(await AgainAsync());
    }

    [Fact]
    public async Task What_does_not_end_in_time_is_delivered_again()
    {
        var upload = Uploaded(1);
        await _data.Events.AppendAsync(upload, default);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Consumer(drain: TimeSpan.Zero).RunAsync(s_workers, async (_, cancel) =>
        {
            await _stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancel);
        }, _stop.Token));

        Assert.Equal([upload], await AgainAsync());
    }

    private EventConsumer Consumer(TimeSpan? drain = null, TimeProvider? time = null, StoreOutages? outages = null) => new(
        _data.Events, time ?? TimeProvider.System, s_options with { Drain = drain ?? TimeSpan.FromMinutes(1) },
        outages ?? new(TimeProvider.System, s_options, NullLogger<StoreOutages>.Instance), NullLogger<EventConsumer>.Instance);

    /// <summary>A log that is away for the first rejections.</summary>
    private sealed class RefusingLog(IEventLog log, int rejections) : IEventLog
    {
        private int _left = rejections;

        public ValueTask RejectAsync(Delivery delivery, string reason, CancellationToken cancellationToken) =>
            Interlocked.Decrement(ref _left) >= 0
                ? throw new StoreUnavailableException("the log", "the log is away")
                : log.RejectAsync(delivery, reason, cancellationToken);

        public ValueTask AppendAsync(VideoEvent happened, CancellationToken cancellationToken) =>
            log.AppendAsync(happened, cancellationToken);

        public IAsyncEnumerable<Delivery> SubscribeAsync(Subscription subscription, CancellationToken cancellationToken) =>
            log.SubscribeAsync(subscription, cancellationToken);

        public ValueTask CommitAsync(Delivery delivery, CancellationToken cancellationToken) =>
            log.CommitAsync(delivery, cancellationToken);

        public IAsyncEnumerable<LogEntry?> FollowAsync(
            IReadOnlyDictionary<string, long> done, CancellationToken cancellationToken) =>
            log.FollowAsync(done, cancellationToken);

        public IAsyncEnumerable<DeadLetter> DeadLettersAsync(CancellationToken cancellationToken) =>
            log.DeadLettersAsync(cancellationToken);

        public IAsyncEnumerable<DeadLetter> ReplayAsync(CancellationToken cancellationToken) =>
            log.ReplayAsync(cancellationToken);

        public ValueTask CheckAsync(CancellationToken cancellationToken) => log.CheckAsync(cancellationToken);
    }

    /// <summary>A clock that jumps to the end of each wait.</summary>
    private sealed class JumpingTime : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime > TimeSpan.Zero)
                ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
            return timer;
        }
    }

    /// <summary>What was logged, line by line.</summary>
    private sealed class KeptLog : ILogger<StoreOutages>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter) =>
            Lines.Add(formatter(state, exception));
    }

    private async Task<List<DeadLetter>> DeadLettersAsync() => await _data.Events.DeadLettersAsync(default).ToListAsync();

    /// <summary>What the group is given when it starts anew.</summary>
    private async Task<List<VideoEvent>> AgainAsync()
    {
        await _data.Events.AppendAsync(Uploaded(9), default);
        var again = new List<VideoEvent>();
        using var reopened = await DataFolder.OpenAsync(_folder, TimeProvider.System, default);
        await foreach (var delivery in reopened.Events.SubscribeAsync(s_workers, default))
        {
            await reopened.Events.CommitAsync(delivery, default);
            if (delivery.Event.VideoId == Uploaded(9).VideoId)
                break;
            again.Add(delivery.Event);
        }
        return again;
    }
}
