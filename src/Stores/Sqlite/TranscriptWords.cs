using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Stores.Sqlite;

/// <summary>The words of a collection's transcripts in SQLite's full-text search (FTS5), in a file of their own.</summary>
internal sealed class TranscriptWords : IDisposable
{
    private readonly SqliteFile _file;
    private readonly IBlobStore _blobs;
    private readonly Lock _gate = new();
    private SqliteConnection? _connection;

    /// <summary>Opens the file, creating it where it is absent.</summary>
    /// <param name="path">The file.</param>
    /// <param name="blobs">Holds the transcripts.</param>
    /// <exception cref="UserException">It cannot be written, or is damaged.</exception>
    public TranscriptWords(string path, IBlobStore blobs)
    {
        _blobs = blobs;
        // Without diacritics and endings, so that "Hunde" finds "Hünde" and "dogs" "dog".
        _file = new(path, "remove it: the next command makes it again from catalog.db and the blobs", """
            CREATE TABLE sources(video BLOB PRIMARY KEY, transcript TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE cues(id INTEGER PRIMARY KEY, video BLOB NOT NULL, start REAL NOT NULL, "end" REAL NOT NULL,
                text TEXT NOT NULL);
            CREATE INDEX cues_by_video ON cues(video);
            CREATE VIRTUAL TABLE words USING fts5(text, content='cues', content_rowid='id',
                tokenize='porter unicode61 remove_diacritics 2')
            """);
    }

    /// <inheritdoc cref="ITranscriptIndex.Search"/>
    public IReadOnlyList<CueMatch> Search(IEnumerable<string> texts, VideoId? video, int count)
    {
        if (WordQuery.Of(texts) is not { } query)
            return [];
        // Only the returned cues are highlighted: a word may be in every cue there is.
        var found = Use(connection => connection.Query<(byte[] Video, double Start, double End, string Text, string Marked)>($"""
            SELECT video, start, "end", text,
                (SELECT {MarkedWords.Of("words")} FROM words WHERE words MATCH $query AND rowid = found.id)
            FROM (
                SELECT cues.*, words.rank AS rank FROM words JOIN cues ON cues.id = words.rowid
                WHERE words MATCH $query {(video is null ? "" : "AND video = $only")}
                ORDER BY words.rank, cues.id LIMIT $count) AS found
            ORDER BY found.rank, found.id
            """, new { query, count, only = video is { } id ? Bytes(id) : null }));
        return [.. found.Select(cue => new CueMatch(
            Id(cue.Video), new(cue.Start, cue.End, cue.Text), MarkedWords.Spans(cue.Marked)))];
    }

    /// <inheritdoc cref="ITranscriptIndex.FollowAsync(CatalogEntry, CancellationToken)"/>
    public async ValueTask<string?> FollowAsync(CatalogEntry entry, CancellationToken cancellationToken)
    {
        var wanted = entry.State == VideoState.Deleted ? null : entry.Transcript;
        if (Use(connection => SourceOf(connection, entry.Id)) == wanted)
            return null;
        var (cues, reason) = wanted is null ? (null, null) : await ReadAsync(wanted, cancellationToken);
        Replace(entry.Id, cues is null ? null : wanted, cues ?? []);
        return reason;
    }

    /// <summary>Forgets the words of all videos but these.</summary>
    public void ForgetOthers(IReadOnlySet<VideoId> known)
    {
        foreach (var video in Use(connection => connection.Query<byte[]>("SELECT video FROM sources").Select(Id).ToList()))
            if (!known.Contains(video))
                Replace(video, null, []);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _connection?.Dispose();
            _connection = null;
        }
    }

    /// <summary>The cues of a transcript; null where its blob is not there, or cannot be read for a reason.</summary>
    private async ValueTask<(IReadOnlyList<Cue>? Cues, string? Reason)> ReadAsync(
        string name, CancellationToken cancellationToken)
    {
        if (await _blobs.OpenReadAsync(name, cancellationToken) is not { } blob)
            return (null, null);
        await using (blob)
            try
            {
                return (await Transcript.DeserializeAsync(blob, cancellationToken), null);
            }
            catch (Exception error) when (error is JsonException or IOException)
            {
                return (null, $"the transcript {name} cannot be read ({error.Message}); give it again");
            }
    }

    private void Replace(VideoId video, string? transcript, IReadOnlyList<Cue> cues) => Use(connection =>
    {
        using var transaction = connection.BeginTransaction();
        Replace(connection, Bytes(video), transcript, cues);
        transaction.Commit();
        return true;
    });

    // FTS5 deletes the words of an external table by the text that they were inserted with.
    private static void Replace(SqliteConnection connection, byte[] video, string? transcript, IReadOnlyList<Cue> cues)
    {
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

    private static VideoId Id(byte[] bytes) => new(new Guid(bytes, bigEndian: true));

    private static byte[] Bytes(VideoId video) => video.Value.ToByteArray(bigEndian: true);
}
