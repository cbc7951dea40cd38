using System.Diagnostics;
using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores.Kafka;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// The event log in one SQLite file: a table of events in the order of their commit, the committed position of each group and
/// topic, the spans that appended events, and the dead letters. An append wakes the subscribers in this process; those in other
/// processes poll every <paramref name="poll"/>.
/// </summary>
internal sealed class SqliteEventLog(string path, TimeProvider clock, TimeSpan poll) : IEventLog, IDisposable
{
    private const int PageSize = 256;

    private readonly SqliteFile _file = new(
        path, "it is the record of what was indexed: restore it from a backup, or move the --data folder away and index again",
        """
        CREATE TABLE events(
            position INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, video BLOB NOT NULL, body BLOB NOT NULL);
        CREATE INDEX events_of_topic ON events(topic, position);
        CREATE TABLE commits(
            consumers TEXT NOT NULL, topic TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(consumers, topic)) WITHOUT ROWID
        """,
        $"""
        CREATE TABLE IF NOT EXISTS traces(position INTEGER PRIMARY KEY, parent TEXT NOT NULL, state TEXT);
        {SqliteDeadLetters.Schema};
        {LogMark.Schema};
        INSERT INTO log(id) VALUES(randomblob(16))
        """);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Group, string Topic), Consumer> _consumers = [];
    private SqliteConnection? _connection;
    private volatile TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask AppendAsync(VideoEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        cancellationToken.ThrowIfCancellationRequested();
        using var span = EventTelemetry.StartSend(EventTelemetry.Sqlite, happened);
        var body = EventJson.Serialize(happened);
        Use(connection =>
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute("""
                INSERT INTO events(topic, video, body) VALUES($Topic, $video, $body);
                INSERT INTO traces(position, parent, state) SELECT last_insert_rowid(), $parent, $state WHERE $parent IS NOT NULL
                """, new
            {
                happened.Topic,
                video = happened.VideoId.Value.ToByteArray(bigEndian: true),
                body,
                parent = Activity.Current?.Id,
                state = Activity.Current?.TraceStateString,
            });
            transaction.Commit();
        });
        WakeSubscribers();
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<Delivery> SubscribeAsync(
        Subscription subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentOutOfRangeException.ThrowIfLessThan(subscription.MaxInFlight, 1);
        var consumer = Join(subscription);
        try
        {
            var from = subscription.Topics.ToDictionary(
                topic => topic, topic => Committed(subscription.Group, topic), StringComparer.Ordinal);
            while (true)
            {
                var appended = _appended.Task;
                var page = Page(from);
                foreach (var (position, topic, body, trace) in page)
                {
                    await consumer.Room.WaitAsync(cancellationToken);
                    from[topic] = position;
                    var read = Read(topic, body);
                    var delivery = new Delivery(subscription.Group, topic, position, read.Event!) { Trace = trace };
                    lock (_gate)
                        consumer.Watermarks[topic].Delivered(position);
                    if (read.Reason is { } damage)
                        await RejectAsync(delivery, damage, cancellationToken);
                    else
                        yield return delivery;
                }
                cancellationToken.ThrowIfCancellationRequested();
                if (page.Count == 0)
                    await AppendedOrPoll(appended, cancellationToken);
            }
        }
        finally
        {
            // Stays in _consumers: deliveries in flight may still be committed while the worker stops.
            lock (_gate)
                consumer.Subscribed = false;
        }
    }

    public ValueTask CommitAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        lock (_gate)
        {
            if (InFlight(delivery) is not { } consumer)
                return ValueTask.CompletedTask;
            var watermark = consumer.Watermarks[delivery.Partition];
            if (watermark.Done(delivery.Position) is { } position)
                try
                {
                    CommitUpTo(delivery.Group, delivery.Partition, position);
                }
                catch
                {
                    watermark.Delivered(delivery.Position); // Still in flight: the caller may commit it again.
                    throw;
                }
            consumer.Room.Release();
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask RejectAsync(Delivery delivery, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        lock (_gate)
        {
            if (InFlight(delivery) is null)
                return ValueTask.CompletedTask;
            Use(connection => SqliteDeadLetters.Add(connection, delivery, reason, clock.GetUtcNow()));
            return CommitAsync(delivery, cancellationToken);
        }
    }

    public async IAsyncEnumerable<DeadLetter> DeadLettersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (var (_, letter) in Use(SqliteDeadLetters.All))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return letter;
        }
    }

    public async IAsyncEnumerable<DeadLetter> ReplayAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (var (id, letter) in Use(SqliteDeadLetters.All))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Use(connection => SqliteDeadLetters.Replay(connection, id)) == 0)
                continue; // Another process has replayed it.
            WakeSubscribers();
            yield return letter;
        }
    }

    public ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        End();
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<LogEntry?> FollowAsync(
        IReadOnlyDictionary<string, long> done, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(done);
        var from = Topics.All.ToDictionary(topic => topic, topic => done.GetValueOrDefault(topic), StringComparer.Ordinal);
        for (var isBehind = true; ;)
        {
            var appended = _appended.Task;
            var page = Page(from);
            foreach (var (position, topic, body, trace) in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                from[topic] = position;
                var read = Read(topic, body);
                yield return new(topic, position, read.Event) { Unreadable = read.Reason, Trace = trace };
            }
            if (page.Count > 0)
                continue;
            if (isBehind)
                yield return null;
            isBehind = false;
            cancellationToken.ThrowIfCancellationRequested();
            await AppendedOrPoll(appended, cancellationToken);
        }
    }

    /// <exception cref="UserException">A newer program can read it.</exception>
    private static EventReading Read(string topic, byte[] body) => EventJson.Read(topic, body) is var read && read.IsNewer
        ? throw new UserException($"the event log has {read.Reason}")
        : read;

    private void CommitUpTo(string group, string topic, long position) => Use(connection => connection.Execute("""
        INSERT INTO commits(consumers, topic, position) VALUES($group, $topic, $position)
        ON CONFLICT(consumers, topic) DO UPDATE SET position = max(position, excluded.position)
        """, new { group, topic, position }));

    /// <summary>Which log this is; its id was made with the file.</summary>
    public FollowedLog Identity() => Use(connection =>
    {
        var end = End() is > 0 and var last ? last + 1 : 0;
        return new FollowedLog(path, LogMark.Of(connection)!.Value, Topics.All.ToDictionary(topic => topic, _ => end));
    });

    /// <summary>Position of the last event; 0 for an empty log.</summary>
    public long End() => Use(connection => connection.ExecuteScalar<long>("SELECT ifnull(max(position), 0) FROM events"));

    public void Dispose()
    {
        lock (_gate)
        {
            _connection?.Dispose();
            _connection = null;
        }
    }

    private Consumer Join(Subscription subscription)
    {
        lock (_gate)
        {
            var consumer = new Consumer(subscription);
            foreach (var topic in subscription.Topics)
                if (_consumers.TryGetValue((subscription.Group, topic), out var other) && other.Subscribed)
                    throw new InvalidOperationException(
                        $"group '{subscription.Group}' is subscribed to {topic} in this process already");
            foreach (var topic in subscription.Topics)
                _consumers[(subscription.Group, topic)] = consumer;
            return consumer;
        }
    }

    /// <summary>The consumer with the delivery in flight; null where the delivery is done or unknown.</summary>
    private Consumer? InFlight(Delivery delivery) =>
        _consumers.TryGetValue((delivery.Group, delivery.Partition), out var consumer)
        && consumer.Watermarks[delivery.Partition].IsPending(delivery.Position) ? consumer : null;

    private void WakeSubscribers() =>
        Interlocked.Exchange(ref _appended, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private Task<Task> AppendedOrPoll(Task appended, CancellationToken cancellationToken) =>
        Task.WhenAny(appended, Task.Delay(poll, clock, cancellationToken));

    private List<(long Position, string Topic, byte[] Body, ActivityContext Trace)> Page(
        Dictionary<string, long> from) => Use(connection =>
    {
        var parameters = new DynamicParameters();
        var conditions = from.Select((topic, i) =>
        {
            parameters.Add($"topic{i}", topic.Key);
            parameters.Add($"from{i}", topic.Value);
            return $"(topic = $topic{i} AND position > $from{i})";
        });
        return connection.Query<(long Position, string Topic, byte[] Body, string? Parent, string? State)>($"""
            SELECT position, topic, body, parent, state FROM events LEFT JOIN traces USING(position)
            WHERE {string.Join(" OR ", conditions)} ORDER BY position LIMIT {PageSize}
            """, parameters).Select(row => (row.Position, row.Topic, row.Body, Trace(row.Parent, row.State))).ToList();
    });

    private static ActivityContext Trace(string? parent, string? state) =>
        ActivityContext.TryParse(parent, state, isRemote: true, out var span) ? span : default;

    private long Committed(string group, string topic) => Use(connection => connection.ExecuteScalar<long>(
        "SELECT ifnull(max(position), 0) FROM commits WHERE consumers = $group AND topic = $topic", new { group, topic }));

    private void Use(Action<SqliteConnection> action) => Use(connection =>
    {
        action(connection);
        return true;
    });

    private T Use<T>(Func<SqliteConnection, T> action)
    {
        lock (_gate)
            return _file.Guarded(() => action(_connection ??= _file.Open()));
    }

    private sealed class Consumer(Subscription subscription)
    {
        public bool Subscribed { get; set; } = true;

        public SemaphoreSlim Room { get; } = new(subscription.MaxInFlight);

        public Dictionary<string, CommitWatermark> Watermarks { get; } =
            subscription.Topics.ToDictionary(topic => topic, _ => new CommitWatermark(), StringComparer.Ordinal);
    }
}
