using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Stores.Sqlite;

/// <summary>Words of titles, file names and tags: a full-text table (FTS5) of the catalog, written with its entries.</summary>
internal static class CatalogNames
{
    private const int MostWords = 16;

    /// <summary>Letters beside words in a text that is these words: an ending, and marks between them.</summary>
    private const int LongestRest = 16;

    /// <summary>The tables, filled from the entries that there are.</summary>
    public const string Schema = $"""
        CREATE TABLE names(id INTEGER PRIMARY KEY, video BLOB NOT NULL, collection TEXT NOT NULL, text TEXT NOT NULL);
        CREATE INDEX names_by_video ON names(video);
        CREATE VIRTUAL TABLE name_words USING fts5(text, content='names', content_rowid='id',
            tokenize='porter unicode61 remove_diacritics 2');
        INSERT INTO names(video, collection, text)
            WITH listed AS (SELECT id, collection, name, CAST(entry AS TEXT) AS entry FROM videos
                WHERE state <> '{nameof(VideoState.Deleted)}')
            SELECT id, collection, json_extract(entry, '$.title') AS text FROM listed WHERE text IS NOT NULL
            UNION ALL SELECT id, collection, name FROM listed
            UNION ALL SELECT listed.id, collection, tag.value FROM listed, json_each(entry, '$.tags') AS tag;
        INSERT INTO name_words(rowid, text) SELECT id, text FROM names
        """;

    /// <summary>Deletes all of them.</summary>
    public const string Clear = "DELETE FROM names; INSERT INTO name_words(name_words) VALUES('rebuild')";

    /// <summary>Makes the words of a video those of its entry.</summary>
    public static void Write(SqliteConnection connection, byte[] video, CatalogEntry entry)
    {
        List<string> texts = entry.State == VideoState.Deleted ? []
            : [.. entry.Title is null ? [] : new[] { entry.Title }, entry.Name, .. entry.Tags ?? []];
        if (connection.Query<string>("SELECT text FROM names WHERE video = $video ORDER BY id", new { video })
            .SequenceEqual(texts, StringComparer.Ordinal))
            return;
        // FTS5 deletes the words of an external table by the text that they were inserted with.
        connection.Execute("""
            INSERT INTO name_words(name_words, rowid, text) SELECT 'delete', id, text FROM names WHERE video = $video;
            DELETE FROM names WHERE video = $video
            """, new { video });
        connection.Execute("INSERT INTO names(video, collection, text) VALUES($video, $collection, $text)",
            texts.Select(text => new { video, collection = entry.Collection.Name, text }));
        connection.Execute(
            "INSERT INTO name_words(rowid, text) SELECT id, text FROM names WHERE video = $video", new { video });
    }

    /// <inheritdoc cref="ICatalog.FindNamedAsync"/>
    public static IReadOnlyList<NameMatch> Find(
        SqliteConnection connection, CollectionId collection, IEnumerable<string> texts, int count)
    {
        var asked = texts.Select(text => WordQuery.AllWordsOf(text).Take(MostWords).ToList()).ToList();
        var exact = asked.SelectMany(all => Called(connection, collection, all)).ToHashSet();
        var words = WordQuery.WordsOf(texts).Take(MostWords).ToList();
        var areCommon = words.Count == 0; // A film may be called "Her", and only that one is meant.
        if (areCommon)
            words = [.. asked.SelectMany(all => all).Distinct(StringComparer.OrdinalIgnoreCase)];
        var counts = Count(connection, collection, words);
        var best = counts
            .Where(video => exact.Contains(video.Key) || (!areCommon && 2 * video.Value.Words >= words.Count))
            .OrderByDescending(video => exact.Contains(video.Key))
            .ThenByDescending(video => video.Value.Words).ThenByDescending(video => video.Value.Rarity)
            .ThenBy(video => video.Key)
            .Take(count).Select(video => video.Key).ToList();
        var any = WordQuery.AnyOf(words);
        return [.. best.Select(video => new NameMatch(new(video), TextsOf(video))
        {
            IsExact = exact.Contains(video),
            Share = exact.Contains(video) ? 1 : (double)counts[video].Words / words.Count,
        })];

        IReadOnlyList<NamedText> TextsOf(Guid video) => [.. connection.Query<string>(
                $"""
                SELECT {MarkedWords.Of("name_words")} FROM name_words JOIN names ON names.id = name_words.rowid
                WHERE name_words MATCH $any AND names.video = $id ORDER BY names.id
                """, new { any, id = video.ToByteArray(bigEndian: true) })
            .Select(marked => new NamedText(MarkedWords.Plain(marked), MarkedWords.Spans(marked)))];
    }

    /// <summary>
    /// The videos of which a title, tag or file name, with its ending or without, is these words and no others.
    /// </summary>
    private static IEnumerable<Guid> Called(SqliteConnection connection, CollectionId collection, List<string> words)
    {
        if (words.Count == 0)
            return [];
        var (phrase, longest) = ($"\"{string.Join(' ', words)}\"", words.Sum(word => word.Length + 1) + LongestRest);
        return connection.Query<(byte[] Video, string Text)>("""
            SELECT names.video, names.text FROM name_words JOIN names ON names.id = name_words.rowid
            WHERE name_words MATCH $phrase AND names.collection = $Name AND length(names.text) <= $longest
            """, new { phrase, collection.Name, longest })
            .Where(found => Is(found.Text) || Is(Path.GetFileNameWithoutExtension(found.Text)))
            .Select(found => new Guid(found.Video, bigEndian: true));

        bool Is(string text) => WordQuery.AllWordsOf(text).SequenceEqual(words, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// For each video how many of the words it has, and how rare they are in its collection. (FTS5's own rank knows how rare they
    /// are in all collections, which would tell of others.)
    /// </summary>
    private static Dictionary<Guid, (int Words, double Rarity)> Count(
        SqliteConnection connection, CollectionId collection, IEnumerable<string> words)
    {
        var found = new Dictionary<Guid, (int Words, double Rarity)>();
        foreach (var word in words)
        {
            var videos = connection.Query<byte[]>("""
                SELECT DISTINCT names.video FROM name_words JOIN names ON names.id = name_words.rowid
                WHERE name_words MATCH $word AND names.collection = $Name
                """, new { word = WordQuery.AnyOf([word]), collection.Name }).ToList();
            foreach (var video in videos.Select(bytes => new Guid(bytes, bigEndian: true)))
            {
                var (count, rarity) = found.GetValueOrDefault(video);
                found[video] = (count + 1, rarity + (1.0 / videos.Count));
            }
        }
        return found;
    }
}
