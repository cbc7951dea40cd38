using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Stores.Sqlite;

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
    /// <inheritdoc cref="FollowAsync(CatalogEntry, IBlobStore, CancellationToken)"/>
    internal async ValueTask CatchUpAsync(ICatalog catalog, IBlobStore blobs, CancellationToken cancellationToken)
    {
        if (Use(connection => connection.ExecuteScalar<bool>("SELECT EXISTS(SELECT 1 FROM followed)")))
            return;
        await FollowAsync(catalog, blobs, cancellationToken);
        Use(connection => connection.Execute("INSERT INTO followed(done) VALUES(1)"));
    }

    /// <summary>Follows every entry of a catalog.</summary>
    /// <inheritdoc cref="FollowAsync(CatalogEntry, IBlobStore, CancellationToken)"/>
    internal async ValueTask FollowAsync(ICatalog catalog, IBlobStore blobs, CancellationToken cancellationToken)
    {
        await foreach (var entry in catalog.ListAsync(cancellationToken))
            await FollowAsync(entry, blobs, cancellationToken);
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
        var cues = wanted is null ? null : await ReadAsync(wanted, blobs, cancellationToken);
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
        // Only what is returned is highlighted: a word may be in every cue there is.
        var found = Use(connection => connection.Query<(byte[] Video, double Start, double End, string Text, string Highlighted)>($"""
            SELECT video, start, "end", text,
                (SELECT highlight(words, 0, char({(int)WordStarts}), char({(int)WordEnds})) FROM words WHERE words MATCH $query AND rowid = found.id)
            FROM (
                SELECT cues.*, words.rank AS rank FROM words JOIN cues ON cues.id = words.rowid
                WHERE words MATCH $query {(video is null ? "" : "AND video = $only")} ORDER BY words.rank, cues.id LIMIT $count) AS found
            ORDER BY found.rank, found.id
            """, new { query, count, only = video is { } id ? Bytes(id) : null }));
        return [.. found.Select(cue => new CueMatch(new(new Guid(cue.Video, bigEndian: true)), new(cue.Start, cue.End, cue.Text), WordsIn(cue.Highlighted)))];
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
        if (await blobs.OpenReadAsync(name, cancellationToken) is not { } blob)
            return null;
        await using (blob)
            try
            {
                return await Transcript.DeserializeAsync(blob, cancellationToken);
            }
            catch (JsonException error)
            {
                throw new UserException($"the blob {name} is no transcript ({error.Message}); index the video again", error);
            }
    }

    // The words of an outside table must be taken out with the text that they were put in with.
    private static void Replace(SqliteConnection connection, VideoId id, string? transcript, IReadOnlyList<Cue> cues)
    {
        var video = Bytes(id);
        connection.Execute("""
            INSERT INTO words(words, rowid, text) SELECT 'delete', id, text FROM cues WHERE video = $video;
            DELETE FROM cues WHERE video = $video;
            DELETE FROM sources WHERE video = $video
            """, new { video });
        if (transcript is null)
            return;
        connection.Execute("INSERT INTO sources(video, transcript) VALUES($video, $transcript)", new { video, transcript });
        connection.Execute("INSERT INTO cues(video, start, \"end\", text) VALUES($video, $Start, $End, $Text)",
            cues.Select(cue => new { video, cue.Start, cue.End, cue.Text }));
        connection.Execute("INSERT INTO words(rowid, text) SELECT id, text FROM cues WHERE video = $video", new { video });
    }

    private static string? SourceOf(SqliteConnection connection, VideoId video) =>
        connection.ExecuteScalar<string>("SELECT transcript FROM sources WHERE video = $video", new { video = Bytes(video) });

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
