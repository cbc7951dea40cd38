using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// The catalog in one SQLite file: the last event of each kind for each upload of each video, and for each video the entry that
/// follows from the events of its last upload.
/// </summary>
internal sealed class SqliteCatalog(string path) : ICatalog, IDisposable
{
    private const string Waiting = $"state IN ('{nameof(VideoState.Uploaded)}', '{nameof(VideoState.Decoded)}')";

    private const string Listed = $"state <> '{nameof(VideoState.Deleted)}'";

    private const string Totals = $"""
        SELECT collection, count(*), sum(bytes), sum({Waiting}), sum(segments), sum(iif({Waiting}, bytes, 0))
        FROM videos WHERE {Listed}
        """;

    /// <summary>Errors of SQLite that are the value's fault, not the file's.</summary>
    private const int Constraint = 19, TooBig = 18;

    private static readonly Dictionary<string, long> s_nothing = [];

    private readonly SqliteFile _file = new(
        path, "remove it: the next command makes it again from events.db", CatalogListing.AddFunctions,
        """
        CREATE TABLE facts(video BLOB NOT NULL, upload BLOB NOT NULL, topic TEXT NOT NULL, time INTEGER NOT NULL,
            event BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY(video, upload, topic)) WITHOUT ROWID;
        CREATE TABLE videos(id BLOB PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, name TEXT NOT NULL, state TEXT NOT NULL,
            entry BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX videos_by_name ON videos(name)
        """,
        $"""
        CREATE TABLE IF NOT EXISTS positions(partition TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS waiting_videos ON videos(state) WHERE {Waiting};
        CREATE TABLE passed_over(partition TEXT NOT NULL, position INTEGER NOT NULL, reason TEXT NOT NULL,
            PRIMARY KEY(partition, position)) WITHOUT ROWID;
        {LogMark.Schema}
        """,
        // Collections: what was there is in the default one. Bytes and segments are what is counted of an entry.
        $"""
        ALTER TABLE videos RENAME TO former;
        CREATE TABLE videos(id BLOB PRIMARY KEY, collection TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
            bytes INTEGER NOT NULL, segments INTEGER NOT NULL, entry BLOB NOT NULL) WITHOUT ROWID;
        INSERT INTO videos(id, collection, name, state, bytes, segments, entry)
            SELECT id, 'default', name, state, json_extract(CAST(entry AS TEXT), '$.bytes'),
                iif(state = '{nameof(VideoState.Indexed)}', ifnull(json_extract(CAST(entry AS TEXT), '$.segments'), 0), 0), entry
            FROM former;
        DROP TABLE former;
        CREATE INDEX listed_videos ON videos(collection, name, id, state, bytes, segments) WHERE {Listed};
        CREATE INDEX waiting_videos ON videos(state, bytes) WHERE {Waiting}
        """,
        CatalogNames.Schema,
        CatalogListing.Schema,
        CatalogListing.RecordingSchema);

    private readonly Lock _gate = new(), _writing = new();
    private readonly HashSet<string> _newer = new(StringComparer.Ordinal);
    private SqliteConnection? _connection, _writer;

    public ValueTask ApplyAsync(VideoEvent happened, CancellationToken cancellationToken) =>
        ApplyAsync([happened], cancellationToken);

    public ValueTask ApplyAsync(IReadOnlyList<VideoEvent> happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        cancellationToken.ThrowIfCancellationRequested();
        Write(connection =>
        {
            using var transaction = connection.BeginTransaction();
            foreach (var one in happened)
                Apply(connection, one);
            transaction.Commit();
            return true;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<CatalogEntry?> GetAsync(VideoId id, CancellationToken cancellationToken) =>
        new(Entries("SELECT entry FROM videos WHERE id = $key", Bytes(id.Value)).FirstOrDefault());

    public async IAsyncEnumerable<CatalogEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (var entry in Entries($"SELECT entry FROM videos WHERE {Listed} ORDER BY name, id"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    public ValueTask<CatalogPage> PageAsync(
        CollectionId collection, CatalogQuery query, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Use(connection =>
        {
            using var snapshot = connection.BeginTransaction(deferred: true);
            return CatalogListing.Page(connection, collection, query, limit, Entry);
        }));
    }

    public ValueTask<CollectionTotals> TotalsAsync(CollectionId collection, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Use(connection => TotalsIn(connection, "AND collection = $Name", collection) is [var totals]
            ? totals : new() { Collection = collection }));
    }

    public ValueTask<IReadOnlyList<CollectionTotals>> TotalsAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Use(connection => TotalsIn(connection, "", default)));
    }

    public ValueTask<WaitingVideos> CountWaitingAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (videos, bytes) = Use(connection => connection.QuerySingle<(int, long)>(
            $"SELECT count(*), ifnull(sum(bytes), 0) FROM videos WHERE {Waiting}"));
        return new(new WaitingVideos(videos, bytes));
    }

    public ValueTask<IReadOnlyList<NameMatch>> FindNamedAsync(
        CollectionId collection, IEnumerable<string> texts, int count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Use(connection => CatalogNames.Find(connection, collection, texts, count)));
    }

    public async ValueTask RebuildAsync(IEventLog log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        // A connection of its own: the transaction spans awaits, and other callers read the former entries in the meantime.
        using var connection = _file.Open();
        using var transaction = _file.Guarded(() => connection.BeginTransaction());
        _file.Guarded(() => connection.Execute(

            $"DELETE FROM facts; DELETE FROM videos; DELETE FROM positions; DELETE FROM passed_over; {CatalogNames.Clear}"));
        await foreach (var entry in log.FollowAsync(s_nothing, cancellationToken))
            if (entry is null)
                break;
            else if (entry.IsNewer)
                throw new UserException($"the event log has {entry.Unreadable}"); // The catalog would have a gap.
            else
                _file.Guarded(() => Apply(connection, transaction, entry, isDone: true));
        _file.Guarded(transaction.Commit);
    }

    /// <summary>Path of the file.</summary>
    public string Path => path;

    /// <summary>Makes this the catalog of a log.</summary>
    /// <exception cref="UserException">It is that of another one.</exception>
    public void BelongTo(FollowedLog log) => Use(connection =>
    {
        log.Require(path, LogMark.Of(connection), isFilled: !IsEmpty(),
            "remove it, and the next command makes it again from this log");
        if (LogMark.Of(connection) != log.Id)
            LogMark.Write(connection, log);
        return true;
    });

    /// <summary>Whether no event was ever applied.</summary>
    public bool IsEmpty() => Use(connection => connection.ExecuteScalar<bool>("SELECT NOT EXISTS(SELECT 1 FROM facts)"));

    public void Dispose()
    {
        lock (_gate)
        {
            _connection?.Dispose();
            _connection = null;
        }
        lock (_writing)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    /// <summary>The last position of each partition of the log that is done.</summary>
    public IReadOnlyDictionary<string, long> Positions() => Use(Positions);

    /// <summary>
    /// Applies an entry of the log, and remembers that it is done, in one transaction. An entry that cannot be applied would stop
    /// the catalog for ever: it is passed over, and <see cref="PassedOver"/> tells of it.
    /// </summary>
    /// <returns>Why the entry was passed over; null where it was not.</returns>
    public string? Apply(LogEntry entry) => Write(connection =>
    {
        // What a newer program wrote is read again by the next start, which may be that program's.
        if (entry.IsNewer)
            _newer.Add(entry.Partition);
        using var transaction = connection.BeginTransaction();
        var passedOver = Apply(connection, transaction, entry, isDone: !_newer.Contains(entry.Partition));
        transaction.Commit();
        return passedOver;
    });

    /// <summary>The entries that were passed over, and why; empty in a catalog that has all of its log.</summary>
    public IReadOnlyList<(string Partition, long Position, string Reason)> PassedOver() => Use(connection =>
        connection.Query<(string, long, string)>(
            "SELECT partition, position, reason FROM passed_over ORDER BY partition, position").ToList());

    /// <summary>The videos whose entries are not those of another catalog, deleted ones too.</summary>
    public IReadOnlyList<VideoId> DifferencesFrom(SqliteCatalog other) => Use(connection =>
    {
        connection.Execute("ATTACH $Path AS other", new { other.Path });
        try
        {
            return connection.Query<byte[]>("""
                SELECT coalesce(own.id, other.id) FROM main.videos AS own FULL JOIN other.videos AS other ON own.id = other.id
                WHERE own.entry IS NOT other.entry
                """).Select(id => new VideoId(new Guid(id, bigEndian: true))).ToList();
        }
        finally
        {
            connection.Execute("DETACH other");
        }
    });

    /// <summary>Applies what a log has beyond this catalog, up to its current end.</summary>
    public async ValueTask CatchUpAsync(IEventLog log, CancellationToken cancellationToken)
    {
        await foreach (var entry in log.FollowAsync(Positions(), cancellationToken))
            if (entry is null)
                break;
            else
                Apply(entry);
    }

    private static string? Apply(SqliteConnection connection, SqliteTransaction transaction, LogEntry entry, bool isDone)
    {
        var passedOver = entry.Event is { } happened ? ReasonAgainst(connection, transaction, happened) : entry.Unreadable;
        if (!isDone)
            return passedOver;
        connection.Execute("""
            INSERT INTO positions(partition, position) VALUES($Partition, $Position)
            ON CONFLICT(partition) DO UPDATE SET position = max(position, excluded.position)
            """, new { entry.Partition, entry.Position });
        if (passedOver is not null)
            connection.Execute("INSERT OR REPLACE INTO passed_over VALUES($Partition, $Position, $passedOver)",
                new { entry.Partition, entry.Position, passedOver });
        return passedOver;
    }

    /// <summary>Applies an event, or undoes what could be applied of it and tells why the rest could not.</summary>
    private static string? ReasonAgainst(SqliteConnection connection, SqliteTransaction transaction, VideoEvent happened)
    {
        const string before = "event";
        transaction.Save(before);
        try
        {
            Apply(connection, happened);
            transaction.Release(before); // Each that is left makes every later write in the transaction slower.
            return null;
        }
#pragma warning disable CA1031 // Whatever the event has, the next ones must be applied.
        catch (Exception error) when (error is not SqliteException { SqliteErrorCode: not (Constraint or TooBig) })
#pragma warning restore CA1031
        {
            transaction.Rollback(before);
            transaction.Release(before);
            return $"{happened.Topic} of video {happened.VideoId} cannot be applied ({error.Message.ReplaceLineEndings(" ")})";
        }
    }

    private static Dictionary<string, long> Positions(SqliteConnection connection) =>
        connection.Query<(string Partition, long Position)>("SELECT partition, position FROM positions")
            .ToDictionary(row => row.Partition, row => row.Position, StringComparer.Ordinal);

    private static void Apply(SqliteConnection connection, VideoEvent happened)
    {
        Remember(connection, happened);
        if (LastUpload(connection, happened.VideoId) is not { } upload)
            return;
        var entry = CatalogProjection.Of(upload, Outcomes(connection, upload));
        const string Insert = """
            INSERT OR REPLACE INTO videos(id, collection, name, state, bytes, segments, name_key, uploaded, recorded, duration,
                names, tags, entry)
            VALUES($id, $collection, $Name, $state, $Bytes, $segments, $nameKey, $uploaded, $recorded, $duration,
                $names, $tags, $json)
            """;
        connection.Execute(Insert, new
        {
            id = Bytes(entry.Id.Value),
            collection = entry.Collection.Name,
            entry.Name,
            state = entry.State.ToString(),
            entry.Bytes,
            segments = entry is { State: VideoState.Indexed, Segments: { } segments } ? segments : 0,
            nameKey = CatalogKeys.NameOf(entry),
            uploaded = entry.UploadedAt.UtcTicks,
            recorded = CatalogKeys.RecordedOf(entry).UtcTicks,
            duration = CatalogKeys.DurationOf(entry),
            names = CatalogListing.NamesOf(entry),
            tags = CatalogListing.TagsOf(entry),
            json = JsonSerializer.SerializeToUtf8Bytes(entry, CatalogJson.Default.CatalogEntry),
        });
        CatalogNames.Write(connection, Bytes(entry.Id.Value), entry);
    }

    /// <summary>Of two events of one kind for one upload the later one counts, in whichever order they are applied.</summary>
    private static void Remember(SqliteConnection connection, VideoEvent happened) => connection.Execute("""
        INSERT INTO facts(video, upload, topic, time, event, body) VALUES($video, $upload, $Topic, $time, $id, $body)
        ON CONFLICT(video, upload, topic) DO UPDATE SET time = excluded.time, event = excluded.event, body = excluded.body
        WHERE (excluded.time, excluded.event) > (time, event)
        """, new
    {
        video = Bytes(happened.VideoId.Value),
        upload = Bytes(happened.Upload),
        happened.Topic,
        time = happened.Time.UtcTicks,
        id = Bytes(happened.EventId),
        body = EventJson.Serialize(happened),
    });

    private static VideoUploaded? LastUpload(SqliteConnection connection, VideoId video) => (VideoUploaded?)Events(connection,
        "WHERE video = $video AND topic = $Uploaded ORDER BY time DESC, event DESC LIMIT 1",
        new { video = Bytes(video.Value), Topics.Uploaded }).SingleOrDefault();

    private static IEnumerable<VideoEvent> Outcomes(SqliteConnection connection, VideoUploaded upload) => Events(connection,
        "WHERE video = $video AND upload = $upload AND topic <> $Uploaded",
        new { video = Bytes(upload.VideoId.Value), upload = Bytes(upload.EventId), Topics.Uploaded });

    private static IEnumerable<VideoEvent> Events(SqliteConnection connection, string condition, object parameters) =>
        connection.Query<(string Topic, byte[] Body)>($"SELECT topic, body FROM facts {condition}", parameters)
            .Select(fact => EventJson.Deserialize(fact.Topic, fact.Body));

    private List<CollectionTotals> TotalsIn(SqliteConnection connection, string condition, CollectionId only) =>
        [.. connection.Query<(string Collection, int Videos, long Bytes, int Waiting, long Segments,
            long WaitingBytes)>(
            $"{Totals} {condition} GROUP BY collection ORDER BY collection", new { only.Name })
            .Select(row => CollectionId.TryParse(row.Collection, out var collection)
                ? new CollectionTotals(collection, row.Videos, row.Bytes, row.Waiting, row.Segments)
                { WaitingBytes = row.WaitingBytes }
                : throw _file.Damaged($"the collection '{row.Collection}'"))];

    private List<CatalogEntry> Entries(string query, object? key = null) =>
        Use(connection => connection.Query<byte[]>(query, new { key }).Select(Entry).ToList());

    private CatalogEntry Entry(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CatalogJson.Default.CatalogEntry)!;
        }
        catch (JsonException error)
        {
            var start = Encoding.UTF8.GetString(json.AsSpan(0, Math.Min(40, json.Length)));
            throw _file.Damaged($"the entry {start}…: {error.Message}");
        }
    }

    private T Use<T>(Func<SqliteConnection, T> action)
    {
        lock (_gate)
            return _file.Guarded(() => action(_connection ??= _file.Open()));
    }

    /// <summary>A write may wait for one of another process; reads do not wait with it.</summary>
    private T Write<T>(Func<SqliteConnection, T> action)
    {
        lock (_writing)
            return _file.Guarded(() => action(_writer ??= _file.Open()));
    }

    private static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CatalogEntry))]
internal sealed partial class CatalogJson : JsonSerializerContext;
