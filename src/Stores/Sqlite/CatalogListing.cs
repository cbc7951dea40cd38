using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// Lists of a collection's videos: columns of the table <c>videos</c> that follow from its entries, an index for each order, and
/// one that has all that filters ask for, so that no entry is read but those of the page.
/// </summary>
internal static class CatalogListing
{
    private const string Listed = $"state <> '{nameof(VideoState.Deleted)}'", Line = "\n";

    private static readonly CatalogFilter s_all = new();

    /// <summary>Gives the table the columns, in place of <c>listed_videos</c> the indexes, and fills them.</summary>
    public const string Schema = $"""
        ALTER TABLE videos RENAME TO former;
        CREATE TABLE videos(id BLOB PRIMARY KEY, collection TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
            bytes INTEGER NOT NULL, segments INTEGER NOT NULL, name_key TEXT NOT NULL, uploaded INTEGER NOT NULL,
            duration REAL NOT NULL, names TEXT NOT NULL, tags TEXT NOT NULL, entry BLOB NOT NULL) WITHOUT ROWID;
        INSERT INTO videos(id, collection, name, state, bytes, segments, name_key, uploaded, duration, names, tags, entry)
            SELECT id, collection, name, state, bytes, segments, name_key(entry), uploaded(entry), duration(entry), names(entry),
                tags(entry), entry FROM former;
        DROP TABLE former;
        CREATE INDEX waiting_videos ON videos(state, bytes) WHERE state IN ('{nameof(VideoState.Uploaded)}',
            '{nameof(VideoState.Decoded)}');
        CREATE INDEX videos_by_name ON videos(collection, name_key, id) WHERE {Listed};
        CREATE INDEX videos_by_upload ON videos(collection, uploaded, id) WHERE {Listed};
        CREATE INDEX videos_by_duration ON videos(collection, duration, id) WHERE {Listed};
        CREATE INDEX listed_videos ON videos(collection, state, bytes, segments, name_key, uploaded, duration, names, tags)
            WHERE {Listed}
        """;

    /// <summary>
    /// Gives the table the time of recording, or where that is not known of the upload; no program before knew it.
    /// </summary>
    public const string RecordingSchema = $"""
        ALTER TABLE videos ADD COLUMN recorded INTEGER NOT NULL DEFAULT 0;
        UPDATE videos SET recorded = uploaded;
        DROP INDEX listed_videos;
        CREATE INDEX videos_by_recording ON videos(collection, recorded, id) WHERE {Listed};
        CREATE INDEX listed_videos ON videos(collection, state, bytes, segments, name_key, uploaded, recorded, duration, names,
            tags) WHERE {Listed}
        """;

    /// <summary>The functions that <see cref="Schema"/> fills the columns with.</summary>
    public static void AddFunctions(SqliteConnection connection)
    {
        connection.CreateFunction("name_key", (byte[] json) => CatalogKeys.NameOf(Read(json)), isDeterministic: true);
        connection.CreateFunction("uploaded", (byte[] json) => Read(json).UploadedAt.UtcTicks, isDeterministic: true);
        connection.CreateFunction("duration", (byte[] json) => CatalogKeys.DurationOf(Read(json)), isDeterministic: true);
        connection.CreateFunction("names", (byte[] json) => NamesOf(Read(json)), isDeterministic: true);
        connection.CreateFunction("tags", (byte[] json) => TagsOf(Read(json)), isDeterministic: true);

        static CatalogEntry Read(byte[] json) => JsonSerializer.Deserialize(json, CatalogJson.Default.CatalogEntry)!;
    }

    /// <summary>The names of an entry as the column has them: a line each.</summary>
    public static string NamesOf(CatalogEntry entry) => string.Join(Line, CatalogKeys.NamesOf(entry));

    /// <summary>The tags of an entry as the column has them: each between two line ends.</summary>
    public static string TagsOf(CatalogEntry entry) =>
        Line + string.Concat(CatalogKeys.TagsOf(entry).Select(tag => tag + Line));

    /// <inheritdoc cref="ICatalog.PageAsync"/>
    /// <param name="connection">Reads the same state throughout.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="query">Which entries, in which order.</param>
    /// <param name="limit">Most of them.</param>
    /// <param name="read">Reads an entry.</param>
    public static CatalogPage Page(
        SqliteConnection connection, CollectionId collection, CatalogQuery query, int limit, Func<byte[], CatalogEntry> read)
    {
        var parameters = new DynamicParameters(new { collection = collection.Name, limit = limit + 1L });
        var matching = string.Join(" AND ", Conditions(query.Filter, parameters));
        var states = connection.Query<(string State, int Videos)>(
            $"SELECT state, count(*) FROM videos WHERE {matching} GROUP BY state", parameters)
            .ToDictionary(row => Enum.Parse<VideoState>(row.State), row => row.Videos);
        var entries = connection.Query<byte[]>(Entries(query, matching, parameters), parameters).Select(read).ToList();
        var total = states.Where(state => query.Filter.States?.Contains(state.Key) is not false).Sum(state => state.Value);
        return entries.Count <= limit ? new(entries, total, states, null)
            : new(entries[..limit], total, states, CatalogCursor.Behind(entries[limit - 1], query));
    }

    /// <summary>
    /// The statement of a page. All videos are read in the order of an index. Where a filter may leave few of many, they are
    /// found in the index that has all that is asked of them, and sorted.
    /// </summary>
    private static string Entries(CatalogQuery query, string matching, DynamicParameters parameters)
    {
        var (key, direction) = (KeyOf(query.Sort), query.Descending ? "DESC" : "ASC");
        var order = $"ORDER BY {key} {direction}, id {direction}";
        var page = $"WHERE {matching}{InStates(query.Filter)}{Behind(query.After, key, parameters)} {order} LIMIT $limit";
        return query.Filter == s_all ? $"SELECT entry FROM videos {page}"
            : $"SELECT entry FROM videos WHERE id IN (SELECT id FROM videos INDEXED BY listed_videos {page}) {order}";
    }

    private static string KeyOf(CatalogSort sort) => sort switch
    {
        CatalogSort.Name => "name_key",
        CatalogSort.Added => "uploaded",
        CatalogSort.Recorded => "recorded",
        _ => "duration",
    };

    /// <summary>What a video must be, whatever its state.</summary>
    private static IEnumerable<string> Conditions(CatalogFilter filter, DynamicParameters parameters)
    {
        yield return "collection = $collection";
        yield return Listed;
        if (filter.Video is { } video)
            yield return With("id = $video", "video", video.Value.ToByteArray(bigEndian: true));
        if (filter.Name is { } name)
            yield return With("instr(names, $name) > 0", "name", CatalogKeys.Fold(name));
        foreach (var (at, tag) in (filter.Tags ?? []).Index())
            yield return With($"instr(tags, $tag{at}) > 0", $"tag{at}", $"{Line}{CatalogKeys.Fold(tag)}{Line}");
        if (filter.UploadedFrom is { } from)
            yield return With("uploaded >= $from", "from", from.UtcTicks);
        if (filter.UploadedTo is { } to)
            yield return With("uploaded <= $to", "to", to.UtcTicks);
        if (filter.RecordedFrom is { } since)
            yield return With("recorded >= $since", "since", since.UtcTicks);
        if (filter.RecordedTo is { } until)
            yield return With("recorded <= $until", "until", until.UtcTicks);
        if (filter.MinDuration is { } least)
            yield return With("duration >= max($least, 0)", "least", least);
        if (filter.MaxDuration is { } most)
            yield return With("duration BETWEEN 0 AND $most", "most", most);

        string With(string condition, string parameter, object value)
        {
            parameters.Add(parameter, value);
            return condition;
        }
    }

    private static string InStates(CatalogFilter filter) =>
        filter.States is { } states ? $" AND state IN ({string.Join(", ", states.Select(state => $"'{state}'"))})" : "";

    private static string Behind(CatalogCursor? after, string key, DynamicParameters parameters)
    {
        if (after is null)
            return "";
        parameters.Add("key", after.Sort switch
        {
            CatalogSort.Name => after.Key,
            CatalogSort.Added or CatalogSort.Recorded => long.Parse(after.Key, CultureInfo.InvariantCulture),
            _ => double.Parse(after.Key, CultureInfo.InvariantCulture),
        });
        parameters.Add("id", after.Video.Value.ToByteArray(bigEndian: true));
        return $" AND ({key}, id) {(after.Descending ? '<' : '>')} ($key, $id)";
    }
}
