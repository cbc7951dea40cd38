using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// The index in one SQLite file, searched exactly in memory. The vectors are loaded at the first search and kept up to date from
/// the file's list of changed videos, whichever process changed them; each kind of vector only once it was searched.
/// </summary>
internal sealed class SqliteVectorIndex(string path) : IVectorIndex, IDisposable
{
    /// <summary>Bytes of the file that are read as memory, the most that SQLite maps: a tenth of the time of reading each page by a call.</summary>
    private const int Mapped = 0x7fff0000;

    /// <summary>
    /// Pages of a transaction that stay in memory until the commit: 64 MiB. SQLite's default is 2 MB; what it writes before the
    /// commit it reads again at the commit, for the checksums.
    /// </summary>
    private const int HeldPages = 16_384;

    private readonly SqliteFile _file = new(path, version: 1, SegmentRows.Schema, "remove it and run 'tcmgc index' again");
    private readonly Lock _writing = new(), _refreshing = new();
    private readonly ReaderWriterLockSlim _matrixLock = new();
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private SqliteConnection? _writer;
    private SegmentMatrix? _matrix;
    private IndexModel? _matrixModel;
    private long _lastChange;
    private Held _wanted;

    public ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        Read(Model);
        return default;
    }

    public ValueTask<IndexModel?> GetModelAsync(CancellationToken cancellationToken) => new(Read(Model));

    public ValueTask BindAsync(IndexModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        Write(connection =>
        {
            if (Model(connection) is { } bound && bound with { Folder = null } != model with { Folder = null } && connection.ExecuteScalar<long>("SELECT count(*) FROM segments") > 0)
                throw new UserException($"{path}: the index was built with the model {bound.Id}, this is {model.Id}; use that one, or another --data folder");
            connection.Execute("DELETE FROM model; INSERT INTO model(id, dimensions, frames, folder) VALUES($Id, $Dimensions, $Frames, $Folder)", model);
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask UpsertAsync(IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        cancellationToken.ThrowIfCancellationRequested();
        Write(connection =>
        {
            var model = Model(connection) ?? throw new InvalidOperationException("the index is not bound to a model");
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

    public ValueTask<long> CountAsync(CancellationToken cancellationToken) => new(Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM segments")));

    public ValueTask<int> CountAsync(VideoId video, CancellationToken cancellationToken) => new(Read(connection =>
        connection.ExecuteScalar<int>("SELECT count(*) FROM segments WHERE video = $id", new { id = SegmentRows.Bytes(video.Value) })));

    public ValueTask<IReadOnlyList<SegmentMatch>> NearestAsync(VectorSpace space, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken) =>
        new(Search<SegmentMatch>(query, space == VectorSpace.Text ? Held.Text : Held.Image, matrix =>
        {
            var best = matrix.Nearest(space, query, count, cancellationToken).Sorted();
            var matches = new SegmentMatch[best.Length];
            for (var i = 0; i < best.Length; i++)
                matches[i] = new(matrix.Owner(best[i].Row).Segment, matrix.Owner(best[i].Row).Video, best[i].Score);
            return matches;
        }));

    public ValueTask<IReadOnlyList<FrameMatch>> NearestFramesAsync(ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken) =>
        new(Search<FrameMatch>(query, Held.Frames, matrix =>
        {
            var best = matrix.NearestFrames(query, count, cancellationToken).Sorted();
            var matches = new FrameMatch[best.Length];
            for (var i = 0; i < best.Length; i++)
            {
                var (segment, video, times) = matrix.Owner(best[i].Row);
                matches[i] = new(segment, video, best[i].Frame, times[best[i].Frame], best[i].Score);
            }
            return matches;
        }));

    public ValueTask FetchAsync(IReadOnlyList<SegmentId> segments, SegmentBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(segments.Count, batch.Capacity);
        batch.Clear();
        Read(connection =>
        {
            // One transaction: SQLite locks the file once, not for every segment.
            using var snapshot = connection.BeginTransaction(deferred: true);
            var model = ModelOf(connection, batch);
            Fetch(connection, SegmentRows.BatchColumns, segments, row => SegmentRows.ToBatch(row, batch, model!, _file), cancellationToken);
            return true;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<SegmentFrames>> FetchFramesAsync(IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        return new(Read<IReadOnlyList<SegmentFrames>>(connection =>
        {
            using var snapshot = connection.BeginTransaction(deferred: true);
            var (model, found) = (Model(connection), new List<SegmentFrames>(segments.Count));
            Fetch(connection, SegmentRows.FrameColumns, segments, row => found.Add(SegmentRows.ToFrames(row, model!, _file)), cancellationToken);
            return found;
        }));
    }

    public async IAsyncEnumerable<SegmentBatch> ReadAllAsync(SegmentBatch batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        await ValueTask.CompletedTask;
        var last = 0L;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = Read(connection => Fill(connection, batch, last));
            if (batch.Count > 0)
                yield return batch;
        }
        while (batch.Count == batch.Capacity);
    }

    public void Dispose()
    {
        foreach (var reader in _readers)
            reader.Dispose();
        _writer?.Dispose();
        _matrixLock.Dispose();
    }

    private static void Fetch(SqliteConnection connection, string columns, IReadOnlyList<SegmentId> segments, Action<SqliteDataReader> found,
        CancellationToken cancellationToken)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {columns} FROM segments s JOIN features f USING(number) WHERE s.id = $id";
        var id = command.Parameters.Add("$id", SqliteType.Blob);
        foreach (var segment in segments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            id.Value = SegmentRows.Bytes(segment.Value);
            using var row = command.ExecuteReader();
            if (row.Read())
                found(row);
        }
    }

    private long Fill(SqliteConnection connection, SegmentBatch batch, long after)
    {
        batch.Clear();
        var model = ModelOf(connection, batch);
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT {SegmentRows.BatchColumns}, s.number FROM segments s JOIN features f USING(number)
            WHERE s.number > $after ORDER BY s.number LIMIT $count
            """;
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$count", batch.Capacity);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            SegmentRows.ToBatch(row, batch, model!, _file);
            after = row.GetInt64(9);
        }
        return after;
    }

    private IReadOnlyList<T> Search<T>(ReadOnlyMemory<float> query, Held needed, Func<SegmentMatrix, IReadOnlyList<T>> search)
    {
        lock (_refreshing)
            Read(connection => Refresh(connection, needed));
        _matrixLock.EnterReadLock();
        try
        {
            if (_matrix is null)
                return [];
            if (query.Length != _matrixModel!.Dimensions)
                throw new ArgumentException($"the query has {query.Length} values, the index {_matrixModel.Dimensions}", nameof(query));
            return search(_matrix);
        }
        finally
        {
            _matrixLock.ExitReadLock();
        }
    }

    /// <summary>Brings the matrix to the state of the file: all of it the first time, then the videos that changed since.</summary>
    private bool Refresh(SqliteConnection connection, Held needed)
    {
        using var snapshot = connection.BeginTransaction(deferred: true);
        var (model, end) = (Model(connection), connection.ExecuteScalar<long>("SELECT ifnull(max(number), 0) FROM changes"));
        _wanted |= needed;
        var whole = model != _matrixModel || _matrix is null || _matrix.Held != _wanted;
        if (!whole && end == _lastChange)
            return false;
        _matrixLock.EnterWriteLock();
        try
        {
            var (matrix, since) = (_matrix, _lastChange);
            _matrix = null; // Whatever stops half-way, the next search starts from the file.
            if (model is not null)
            {
                if (whole)
                    Load(connection, matrix = new(model.Dimensions, model.Frames, _wanted), model, "");
                else
                    foreach (var video in Changed(connection, since))
                    {
                        matrix!.Remove(video);
                        Load(connection, matrix, model, "WHERE s.video = $video", video);
                    }
                _matrix = matrix;
            }
            (_matrixModel, _lastChange) = (model, end);
        }
        finally
        {
            _matrixLock.ExitWriteLock();
        }
        return true;
    }

    private void Load(SqliteConnection connection, SegmentMatrix matrix, IndexModel model, string condition, VideoId? video = null)
    {
        using var command = connection.CreateCommand();
        command.CommandText = matrix.Held.HasFlag(Held.Frames)
            ? $"SELECT {SegmentRows.MatrixColumns}, f.frames FROM segments s JOIN features f USING(number) {condition} ORDER BY s.number"
            : $"SELECT {SegmentRows.MatrixColumns} FROM segments s {condition} ORDER BY s.number";
        if (video is { } only)
            command.Parameters.AddWithValue("$video", SegmentRows.Bytes(only.Value));
        using var row = command.ExecuteReader();
        while (row.Read())
            SegmentRows.ToMatrix(row, matrix, model, _file);
    }

    private IEnumerable<VideoId> Changed(SqliteConnection connection, long since) =>
        connection.Query<byte[]>("SELECT video FROM changes WHERE number > $since", new { since })
            .Select(id => id.Length == 16 ? new VideoId(new(id, bigEndian: true)) : throw _file.Damaged($"a video's id of {id.Length} bytes"));

    private static void Forget(SqliteConnection connection, VideoId video) => connection.Execute("""
        DELETE FROM segments WHERE video = $id;
        INSERT OR REPLACE INTO changes(video) VALUES($id)
        """, new { id = SegmentRows.Bytes(video.Value) });

    private static IndexModel? Model(SqliteConnection connection) =>
        connection.Query<(string Id, int Dimensions, int Frames, string? Folder)>("SELECT id, dimensions, frames, folder FROM model")
            .Select(row => new IndexModel(row.Id, row.Dimensions, row.Frames, row.Folder)).SingleOrDefault();

    /// <summary>The bound model (null: then there are no segments), once the batch is known to be of its sizes.</summary>
    private static IndexModel? ModelOf(SqliteConnection connection, SegmentBatch batch)
    {
        var model = Model(connection);
        return model is null || (model.Frames, model.Dimensions) == (batch.FramesEach, batch.Dimensions)
            ? model
            : throw new ArgumentException($"the batch is for {batch.FramesEach} × {batch.Dimensions} features, the index has {model.Frames} × {model.Dimensions}", nameof(batch));
    }

    private T Read<T>(Func<SqliteConnection, T> action)
    {
        var connection = _readers.TryTake(out var idle) ? idle : Open($"mmap_size={Mapped}");
        try
        {
            return _file.Guarded(() => action(connection));
        }
        finally
        {
            _readers.Add(connection);
        }
    }

    private SqliteConnection Open(string pragma)
    {
        var connection = _file.Open();
        connection.Execute($"PRAGMA {pragma}");
        return connection;
    }

    private void Write(Action<SqliteConnection> action)
    {
        lock (_writing)
            _file.Guarded(() =>
            {
                _writer ??= Open($"cache_spill={HeldPages}");
                using var transaction = _writer.BeginTransaction();
                action(_writer);
                transaction.Commit();
            });
    }
}
