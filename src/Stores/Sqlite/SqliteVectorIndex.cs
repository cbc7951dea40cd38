using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// The index in one SQLite file, searched exactly in memory: see <see cref="SegmentLoader"/>. Searches run side by side, also
/// with writes.
/// </summary>
internal sealed class SqliteVectorIndex : IVectorIndex, IDisposable
{
    /// <summary>
    /// Pages of a transaction that stay in memory until the commit: 64 MiB. SQLite's default is 2 MB; what it writes before the
    /// commit it reads again at the commit, for the checksums.
    /// </summary>
    private const int HeldPages = 16_384;

    private readonly SqliteFile _file;
    private readonly SqliteReaders _readers;
    private readonly SegmentLoader _loader;
    private readonly Lock _writing = new();
    private SqliteConnection? _writer;

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="UserException">It cannot be opened.</exception>
    public SqliteVectorIndex(string path)
    {
        _file = new(path, "remove it and run 'tcmgc rebuild'", SegmentRows.Schema, LogMark.Schema,
            SegmentRows.CollectionSchema);
        _readers = new(_file);
        _loader = new(_file, _readers);
    }

    /// <summary>Makes this the index of a log's videos.</summary>
    /// <exception cref="UserException">It is that of another log.</exception>
    public void BelongTo(FollowedLog log)
    {
        var (carried, isFilled) = _readers.Read(connection =>
            (LogMark.Of(connection), connection.ExecuteScalar<bool>("SELECT EXISTS(SELECT 1 FROM segments)")));
        log.Require(_file.Path, carried, isFilled, "remove it and run 'tcmgc rebuild'");
        if (carried != log.Id) // Otherwise a reader would wait for whoever writes.
            Write(connection => LogMark.Write(connection, log));
    }

    /// <summary>Takes another index's model and segments in place of its own, in one transaction.</summary>
    public void ReplaceBy(SqliteVectorIndex other)
    {
        lock (_writing)
            _file.Guarded(() =>
            {
                _writer ??= OpenWriter();
                _writer.Execute("ATTACH DATABASE $path AS next", new { path = other._file.Path });
                try
                {
                    using var transaction = _writer.BeginTransaction();
                    _writer.Execute("""
                        INSERT OR REPLACE INTO changes(video) SELECT DISTINCT video FROM main.segments;
                        DELETE FROM main.segments;
                        DELETE FROM main.model;
                        INSERT INTO main.model SELECT * FROM next.model;
                        INSERT INTO main.segments SELECT * FROM next.segments;
                        INSERT INTO main.features SELECT * FROM next.features;
                        INSERT OR REPLACE INTO changes(video) SELECT DISTINCT video FROM main.segments
                        """);
                    transaction.Commit();
                }
                finally
                {
                    _writer.Execute("DETACH DATABASE next");
                }
            });
    }

    public ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        _readers.Read(SegmentRows.Model);
        return default;
    }

    public ValueTask<IndexModel?> GetModelAsync(CancellationToken cancellationToken) => new(_readers.Read(SegmentRows.Model));

    public ValueTask BindAsync(IndexModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        Write(connection =>
        {
            if (SegmentRows.Model(connection) is { } bound && bound with { Folder = null } != model with { Folder = null }
                && connection.ExecuteScalar<long>("SELECT count(*) FROM segments") > 0)
                throw new UserException($"{_file.Path}: the index was built with the model {bound.Id}, this is {model.Id}; "
                    + "use that one, or another --data folder");
            connection.Execute("""
                DELETE FROM model;
                INSERT INTO model(id, dimensions, frames, folder) VALUES($Id, $Dimensions, $Frames, $Folder)
                """, model);
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask UpsertAsync(IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        cancellationToken.ThrowIfCancellationRequested();
        Write(connection =>
        {
            var model = SegmentRows.Model(connection) ?? throw new InvalidOperationException("the index is not bound to a model");
            foreach (var segment in segments)
                segment.Check(model);
            foreach (var video in segments.Select(segment => segment.Place.Video).Distinct())
                Forget(connection, video);
            using var insert = SegmentRows.Insert(connection);
            foreach (var segment in segments)
                SegmentRows.Write(segment, insert);
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteAsync(VideoId video, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(connection => Forget(connection, video));
        return ValueTask.CompletedTask;
    }

    public ValueTask<long> CountAsync(CancellationToken cancellationToken) =>
        new(_readers.Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM segments")));

    public ValueTask<int> CountAsync(VideoId video, CancellationToken cancellationToken) => new(_readers.Read(connection =>
        connection.ExecuteScalar<int>("SELECT count(*) FROM segments WHERE video = $id",
            new { id = SegmentRows.Bytes(video.Value) })));

    public ValueTask<IReadOnlyDictionary<VideoId, int>> CountByVideoAsync(CancellationToken cancellationToken) =>
        new(_readers.Read(connection =>
            connection.Query<(byte[] Video, int Count)>("SELECT video, count(*) FROM segments GROUP BY video")
                .ToDictionary(row => new VideoId(new Guid(row.Video, bigEndian: true)), row => row.Count)));

    public async ValueTask<IReadOnlyList<SegmentMatch>> NearestAsync(
        CollectionId collection, VectorSpace space, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        var needed = space == VectorSpace.Text ? Held.Text : Held.Image;
        if (await SegmentsAsync(query.Length, needed, cancellationToken) is not { } segments)
            return [];
        var best = segments.Nearest(collection, space, query, count, cancellationToken).Sorted();
        var matches = new SegmentMatch[best.Length];
        for (var at = 0; at < best.Length; at++)
        {
            var (segment, video, _) = segments.Owner(best[at].Row);
            matches[at] = new(segment, video, best[at].Score);
        }
        return matches;
    }

    public async ValueTask<IReadOnlyList<FrameMatch>> NearestFramesAsync(
        CollectionId collection, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        if (await SegmentsAsync(query.Length, Held.Frames, cancellationToken) is not { } segments)
            return [];
        var best = segments.NearestFrames(collection, query, count, cancellationToken).Sorted();
        var matches = new FrameMatch[best.Length];
        for (var at = 0; at < best.Length; at++)
        {
            var (segment, video, times) = segments.Owner(best[at].Row);
            matches[at] = new(segment, video, best[at].Frame, times[best[at].Frame], best[at].Score);
        }
        return matches;
    }

    public ValueTask FetchAsync(IReadOnlyList<SegmentId> segments, SegmentBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(segments.Count, batch.Capacity);
        batch.Clear();
        Fetch(Joined(SegmentRows.BatchColumns), segments, connection => ModelOf(connection, batch), (row, model) =>
        {
            SegmentRows.ToBatch(row, batch, model, _file);
            return true;
        }, cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<SegmentPlace>> FetchPlacesAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        return new(Fetch($"SELECT {SegmentRows.PlaceColumns} FROM segments s", segments, SegmentRows.Model,
            (row, model) => SegmentRows.ToPlace(row, model, _file), cancellationToken));
    }

    public ValueTask<IReadOnlyList<SegmentFrames>> FetchFramesAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        return new(Fetch(Joined(SegmentRows.FrameColumns), segments, SegmentRows.Model,
            (row, model) => SegmentRows.ToFrames(row, model, _file), cancellationToken));
    }

    public async IAsyncEnumerable<SegmentBatch> ReadAllAsync(
        CollectionId collection, SegmentBatch batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        await ValueTask.CompletedTask;
        var last = 0L;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = _readers.Read(connection => Fill(connection, collection, batch, last));
            if (batch.Count > 0)
                yield return batch;
        }
        while (batch.Count == batch.Capacity);
    }

    public void Dispose()
    {
        _loader.Dispose();
        _readers.Dispose();
        _writer?.Dispose();
    }

    private static string Joined(string columns) => $"SELECT {columns} FROM segments s JOIN features f USING(number)";

    /// <summary>Segments by id in one transaction: SQLite locks the file once, not for every segment.</summary>
    private List<T> Fetch<T>(string select, IReadOnlyList<SegmentId> segments, Func<SqliteConnection, IndexModel?> modelOf,
        Func<SqliteDataReader, IndexModel, T> read, CancellationToken cancellationToken) => _readers.Read(connection =>
        {
            using var snapshot = connection.BeginTransaction(deferred: true);
            var (model, found) = (modelOf(connection), new List<T>(segments.Count));
            using var command = connection.CreateCommand();
            command.CommandText = $"{select} WHERE s.id = $id";
            var id = command.Parameters.Add("$id", SqliteType.Blob);
            foreach (var segment in segments)
            {
                cancellationToken.ThrowIfCancellationRequested();
                id.Value = SegmentRows.Bytes(segment.Value);
                using var row = command.ExecuteReader();
                if (row.Read())
                    found.Add(read(row, model!)); // There are segments only where there is a model.
            }
            return found;
        });

    private long Fill(SqliteConnection connection, CollectionId collection, SegmentBatch batch, long after)
    {
        batch.Clear();
        var model = ModelOf(connection, batch);
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT {SegmentRows.BatchColumns}, s.number FROM segments s JOIN features f USING(number)
            WHERE s.collection = $collection AND s.number > $after ORDER BY s.number LIMIT $count
            """;
        command.Parameters.AddWithValue("$collection", collection.Name);
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$count", batch.Capacity);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            SegmentRows.ToBatch(row, batch, model!, _file);
            after = row.GetInt64(10);
        }
        return after;
    }

    /// <summary>The segments in memory, once the query is known to be of their width; null where there is no model.</summary>
    private async ValueTask<MatrixSnapshot?> SegmentsAsync(int values, Held needed, CancellationToken cancellationToken)
    {
        var loaded = await _loader.LoadedAsync(needed, cancellationToken);
        return loaded.Model is null || loaded.Model.Dimensions == values
            ? loaded.Segments
            : throw new ArgumentException($"the query has {values} values, the index {loaded.Model.Dimensions}", nameof(values));
    }

    private static void Forget(SqliteConnection connection, VideoId video) => connection.Execute("""
        DELETE FROM segments WHERE video = $id;
        INSERT OR REPLACE INTO changes(video) VALUES($id)
        """, new { id = SegmentRows.Bytes(video.Value) });

    /// <summary>The bound model (null: then there are no segments), once the batch is known to be of its sizes.</summary>
    private static IndexModel? ModelOf(SqliteConnection connection, SegmentBatch batch)
    {
        var model = SegmentRows.Model(connection);
        return model is null || (model.Frames, model.Dimensions) == (batch.FramesEach, batch.Dimensions)
            ? model
            : throw new ArgumentException($"the batch is for {batch.FramesEach} × {batch.Dimensions} features, "
                + $"the index has {model.Frames} × {model.Dimensions}", nameof(batch));
    }

    private void Write(Action<SqliteConnection> action)
    {
        lock (_writing)
            _file.Guarded(() =>
            {
                _writer ??= OpenWriter();
                using var transaction = _writer.BeginTransaction();
                action(_writer);
                transaction.Commit();
            });
    }

    private SqliteConnection OpenWriter()
    {
        var connection = _file.Open();
        connection.Execute($"PRAGMA cache_spill={HeldPages}");
        return connection;
    }
}
