using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using TcMgc.Shared.Events;
using TcMgc.Shared.Storage;

namespace TcMgc.Shared.Catalog;

/// <summary>
/// The catalog in one SQLite file: the last event of each kind for each upload of each video, and the entry that follows from
/// those of the video's last upload.
/// </summary>
internal sealed class SqliteCatalog(string path) : ICatalog, IDisposable
{
    private readonly SqliteFile _file = new(path, version: 1, """
        CREATE TABLE facts(video BLOB NOT NULL, upload BLOB NOT NULL, topic TEXT NOT NULL, time INTEGER NOT NULL, event BLOB NOT NULL,
            body BLOB NOT NULL, PRIMARY KEY(video, upload, topic)) WITHOUT ROWID;
        CREATE TABLE videos(id BLOB PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, name TEXT NOT NULL, state TEXT NOT NULL, entry BLOB NOT NULL)
            WITHOUT ROWID;
        CREATE INDEX videos_by_name ON videos(name)
        """, "remove it: the next command makes it again from events.db");

    private readonly Lock _gate = new();
    private SqliteConnection? _connection;

    public ValueTask ApplyAsync(VideoEvent happened, CancellationToken cancellationToken) => ApplyAsync([happened], cancellationToken);

    public ValueTask ApplyAsync(IReadOnlyList<VideoEvent> happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        cancellationToken.ThrowIfCancellationRequested();
        Use(connection =>
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

    public ValueTask<CatalogEntry?> FindBySha256Async(string sha256, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sha256);
        return new(Entries("SELECT entry FROM videos WHERE sha256 = lower($key)", sha256).FirstOrDefault());
    }

    public async IAsyncEnumerable<CatalogEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        foreach (var entry in Entries("SELECT entry FROM videos WHERE state <> $key ORDER BY name, id", nameof(VideoState.Deleted)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    public async ValueTask RebuildAsync(IEventLog log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        // A connection of its own: the transaction spans awaits, and other callers read the former entries meanwhile.
        using var connection = _file.Open();
        using var transaction = _file.Guarded(() => connection.BeginTransaction());
        _file.Guarded(() => SqliteFile.Execute(connection, "DELETE FROM facts; DELETE FROM videos;"));
        await foreach (var happened in log.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            _file.Guarded(() => Apply(connection, happened));
        _file.Guarded(transaction.Commit);
    }

    /// <summary>True where no event was ever applied.</summary>
    public bool IsEmpty() => Use(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT NOT EXISTS(SELECT 1 FROM facts)";
        return (long)command.ExecuteScalar()! == 1;
    });

    public void Dispose()
    {
        lock (_gate)
        {
            _connection?.Dispose();
            _connection = null;
        }
    }

    private static void Apply(SqliteConnection connection, VideoEvent happened)
    {
        Remember(connection, happened);
        if (LastUpload(connection, happened.VideoId) is not { } upload)
            return;
        var entry = CatalogProjection.Of(upload, Outcomes(connection, upload));
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO videos(id, sha256, name, state, entry) VALUES($id, $sha256, $name, $state, $entry)";
        command.Parameters.AddWithValue("$id", Bytes(entry.Id.Value));
        command.Parameters.AddWithValue("$sha256", entry.Sha256);
        command.Parameters.AddWithValue("$name", entry.Name);
        command.Parameters.AddWithValue("$state", entry.State.ToString());
        command.Parameters.AddWithValue("$entry", JsonSerializer.SerializeToUtf8Bytes(entry, CatalogJson.Default.CatalogEntry));
        command.ExecuteNonQuery();
    }

    /// <summary>Of two events of one kind for one upload the later one counts, whichever comes first.</summary>
    private static void Remember(SqliteConnection connection, VideoEvent happened)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO facts(video, upload, topic, time, event, body) VALUES($video, $upload, $topic, $time, $event, $body)
            ON CONFLICT(video, upload, topic) DO UPDATE SET time = excluded.time, event = excluded.event, body = excluded.body
            WHERE (excluded.time, excluded.event) > (time, event)
            """;
        command.Parameters.AddWithValue("$video", Bytes(happened.VideoId.Value));
        command.Parameters.AddWithValue("$upload", Bytes(happened.Upload));
        command.Parameters.AddWithValue("$topic", happened.Topic);
        command.Parameters.AddWithValue("$time", happened.Time.UtcTicks);
        command.Parameters.AddWithValue("$event", Bytes(happened.EventId));
        command.Parameters.AddWithValue("$body", EventJson.Serialize(happened));
        command.ExecuteNonQuery();
    }

    private static VideoUploaded? LastUpload(SqliteConnection connection, VideoId video)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT topic, body FROM facts WHERE video = $video AND topic = $topic ORDER BY time DESC, event DESC LIMIT 1";
        command.Parameters.AddWithValue("$video", Bytes(video.Value));
        command.Parameters.AddWithValue("$topic", Topics.Uploaded);
        return (VideoUploaded?)Events(command).SingleOrDefault();
    }

    private static List<VideoEvent> Outcomes(SqliteConnection connection, VideoUploaded upload)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT topic, body FROM facts WHERE video = $video AND upload = $upload AND topic <> $topic";
        command.Parameters.AddWithValue("$video", Bytes(upload.VideoId.Value));
        command.Parameters.AddWithValue("$upload", Bytes(upload.EventId));
        command.Parameters.AddWithValue("$topic", Topics.Uploaded);
        return Events(command);
    }

    private static List<VideoEvent> Events(SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        var events = new List<VideoEvent>();
        while (reader.Read())
            events.Add(EventJson.Deserialize(reader.GetString(0), reader.GetFieldValue<byte[]>(1)));
        return events;
    }

    private List<CatalogEntry> Entries(string query, object key) => Use(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        command.Parameters.AddWithValue("$key", key);
        using var reader = command.ExecuteReader();
        var entries = new List<CatalogEntry>();
        while (reader.Read())
            entries.Add(Entry(reader.GetFieldValue<byte[]>(0)));
        return entries;
    });

    private CatalogEntry Entry(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CatalogJson.Default.CatalogEntry)!;
        }
        catch (JsonException error)
        {
            throw _file.Damaged($"the entry {Encoding.UTF8.GetString(json.AsSpan(0, Math.Min(40, json.Length)))}…: {error.Message}");
        }
    }

    private T Use<T>(Func<SqliteConnection, T> action)
    {
        lock (_gate)
            return _file.Guarded(() => action(_connection ??= _file.Open()));
    }

    private static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CatalogEntry))]
internal sealed partial class CatalogJson : JsonSerializerContext;
