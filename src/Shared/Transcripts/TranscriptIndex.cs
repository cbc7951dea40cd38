using System.Text.Json;
using Microsoft.Data.Sqlite;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Storage;

namespace TcMgc.Shared.Transcripts;

/// <summary>
/// The words of transcripts in SQLite's full-text search (FTS5), in a file of its own. It follows the catalog, and can be made
/// again from it and the blobs. Safe for concurrent use.
/// </summary>
public sealed class TranscriptIndex : IDisposable
{
    // No cue has control characters.
    private const char WordStarts = '\x02', WordEnds = '\x03';

    private readonly SqliteFile _file;
    private readonly Lock _gate = new();
    private SqliteConnection? _connection;

    /// <summary>Opens the file, creating it where it is absent.</summary>
    /// <exception cref="UserException">It cannot be written, or is damaged.</exception>
    internal TranscriptIndex(string path)
    {
        // Without diacritics and endings, so that "Hunde" finds "Hünde" and "dogs" "dog".
        _file = new(path, version: 1, """
            CREATE TABLE followed(done INTEGER NOT NULL);
            CREATE TABLE sources(video BLOB PRIMARY KEY, transcript TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE cues(id INTEGER PRIMARY KEY, video BLOB NOT NULL, start REAL NOT NULL, "end" REAL NOT NULL, text TEXT NOT NULL);
            CREATE INDEX cues_by_video ON cues(video);
            CREATE VIRTUAL TABLE words USING fts5(text, content='cues', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2');
            """, "remove it: the next command makes it again from catalog.db and the blobs");
    }

    /// <summary>Follows every entry of a catalog, unless that was done before: the file may have been removed.</summary>
    /// <inheritdoc cref="FollowAsync"/>
    internal async ValueTask CatchUpAsync(ICatalog catalog, IBlobStore blobs, CancellationToken cancellationToken)
    {
        if (Use(connection => Number(connection, "SELECT count(*) FROM followed")) > 0)
            return;
        await foreach (var entry in catalog.ListAsync(cancellationToken).ConfigureAwait(false))
            await FollowAsync(entry, blobs, cancellationToken).ConfigureAwait(false);
        Use(connection =>
        {
            SqliteFile.Execute(connection, "INSERT INTO followed(done) VALUES(1)");
            return true;
        });
    }

    /// <summary>Makes what is known of a video's words follow its entry; where nothing has changed nothing is done.</summary>
    /// <param name="entry">The video as the catalog has it now.</param>
    /// <param name="blobs">Holds the transcript; where it does not, the video has no words until it is followed again.</param>
    /// <param name="cancellationToken">Gives up; what was known holds.</param>
    /// <exception cref="UserException">The file or the blob store cannot be used.</exception>
    public async ValueTask FollowAsync(CatalogEntry entry, IBlobStore blobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(blobs);
        var wanted = entry.State == VideoState.Deleted ? null : entry.Transcript;
        if (Use(connection => SourceOf(connection, entry.Id)) == wanted)
            return;
        var cues = wanted is null ? null : await ReadAsync(wanted, blobs, cancellationToken).ConfigureAwait(false);
        Use(connection =>
        {
            using var transaction = connection.BeginTransaction();
            Replace(connection, entry.Id, cues is null ? null : wanted, cues ?? []);
            transaction.Commit();
            return true;
        });
    }

    /// <summary>The cues that have words of texts, the rarer and the more of them the earlier.</summary>
    /// <param name="texts">What is looked for; words that most sentences have are not.</param>
    /// <param name="video">The only video; null for all.</param>
    /// <param name="count">At most so many.</param>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public IReadOnlyList<CueMatch> Search(IEnumerable<string> texts, VideoId? video, int count)
    {
        if (TranscriptQuery.Of(texts) is not { } query)
            return [];
        return Use(connection =>
        {
            using var command = connection.CreateCommand();
            // Only what is returned is highlighted: a word may be in every cue there is.
            command.CommandText = $"""
                SELECT video, start, "end", text,
                    (SELECT highlight(words, 0, char({(int)WordStarts}), char({(int)WordEnds})) FROM words WHERE words MATCH $query AND rowid = found.id)
                FROM (
                    SELECT cues.*, words.rank AS rank FROM words JOIN cues ON cues.id = words.rowid
                    WHERE words MATCH $query {(video is null ? "" : "AND video = $video")} ORDER BY words.rank, cues.id LIMIT $count) AS found
                ORDER BY found.rank, found.id
                """;
            command.Parameters.AddWithValue("$query", query);
            command.Parameters.AddWithValue("$count", count);
            if (video is { } only)
                command.Parameters.AddWithValue("$video", Bytes(only));
            using var reader = command.ExecuteReader();
            var found = new List<CueMatch>();
            while (reader.Read())
                found.Add(new(new(new Guid(reader.GetFieldValue<byte[]>(0), bigEndian: true)), new(reader.GetDouble(1), reader.GetDouble(2), reader.GetString(3)),
                    WordsIn(reader.GetString(4))));
            return found;
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _connection?.Dispose();
            _connection = null;
        }
    }

    /// <summary>The spans between the marks in a text, as they are in it without the marks.</summary>
    private static List<TextSpan> WordsIn(string highlighted)
    {
        var words = new List<TextSpan>();
        var (at, start) = (0, 0);
        foreach (var letter in highlighted)
            if (letter == WordStarts)
                start = at;
            else if (letter == WordEnds)
                words.Add(new(start, at - start));
            else
                at++;
        return words;
    }

    private static async ValueTask<IReadOnlyList<Cue>?> ReadAsync(string name, IBlobStore blobs, CancellationToken cancellationToken)
    {
        if (await blobs.OpenReadAsync(name, cancellationToken).ConfigureAwait(false) is not { } blob)
            return null;
        await using (blob.ConfigureAwait(false))
            try
            {
                return await Transcript.DeserializeAsync(blob, cancellationToken).ConfigureAwait(false);
            }
            catch (JsonException error)
            {
                throw new UserException($"the blob {name} is no transcript ({error.Message}); index the video again", error);
            }
    }

    // The words of an outside table must be taken out with the text that they were put in with.
    private static void Replace(SqliteConnection connection, VideoId video, string? transcript, IReadOnlyList<Cue> cues)
    {
        Execute(connection, "INSERT INTO words(words, rowid, text) SELECT 'delete', id, text FROM cues WHERE video = $video", video);
        Execute(connection, "DELETE FROM cues WHERE video = $video", video);
        Execute(connection, "DELETE FROM sources WHERE video = $video", video);
        if (transcript is null)
            return;
        Execute(connection, "INSERT INTO sources(video, transcript) VALUES($video, $transcript)", video, ("$transcript", transcript));
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO cues(video, start, \"end\", text) VALUES($video, $start, $end, $text)";
        insert.Parameters.AddWithValue("$video", Bytes(video));
        var (start, end, text) = (insert.Parameters.Add("$start", SqliteType.Real), insert.Parameters.Add("$end", SqliteType.Real), insert.Parameters.Add("$text", SqliteType.Text));
        foreach (var cue in cues)
        {
            (start.Value, end.Value, text.Value) = (cue.Start, cue.End, cue.Text);
            insert.ExecuteNonQuery();
        }
        Execute(connection, "INSERT INTO words(rowid, text) SELECT id, text FROM cues WHERE video = $video", video);
    }

    private static string? SourceOf(SqliteConnection connection, VideoId video)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT transcript FROM sources WHERE video = $video";
        command.Parameters.AddWithValue("$video", Bytes(video));
        return (string?)command.ExecuteScalar();
    }

    private static void Execute(SqliteConnection connection, string statement, VideoId video, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.Parameters.AddWithValue("$video", Bytes(video));
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        return (long)command.ExecuteScalar()!;
    }

    private T Use<T>(Func<SqliteConnection, T> action)
    {
        lock (_gate)
            return _file.Guarded(() => action(_connection ??= _file.Open()));
    }

    private static byte[] Bytes(VideoId video) => video.Value.ToByteArray(bigEndian: true);
}

/// <summary>A cue that has words of a query.</summary>
/// <param name="Video">Its video.</param>
/// <param name="Cue">The cue.</param>
/// <param name="Words">Where they are in its text, in order.</param>
public sealed record CueMatch(VideoId Video, Cue Cue, IReadOnlyList<TextSpan> Words);

/// <summary>A part of a text.</summary>
/// <param name="Start">Characters before it, in UTF-16.</param>
/// <param name="Length">Characters in it.</param>
public readonly record struct TextSpan(int Start, int Length);
