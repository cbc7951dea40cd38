using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// Holds the segments of an index file in memory and brings them to the state of the file for each search that needs it: all of
/// them the first time, then those of the videos that changed, whichever process changed them. Each kind of vector is loaded
/// once it is searched.
/// </summary>
internal sealed class SegmentLoader : IDisposable
{
    private readonly SqliteFile _file;
    private readonly SqliteReaders _readers;
    private readonly SharedRun<LoadedSegments> _loading;
    private SegmentMatrix? _matrix;
    private int _wanted;
    private volatile LoadedSegments? _loaded;
    private volatile bool _isDisposed;

    public SegmentLoader(SqliteFile file, SqliteReaders readers)
    {
        (_file, _readers) = (file, readers);
        _loading = new(Load);
    }

    /// <summary>The segments as the file has them now, or later.</summary>
    /// <param name="needed">What of them is searched.</param>
    /// <param name="cancellationToken">Ends the wait; others may wait for the same loading.</param>
    public async ValueTask<LoadedSegments> LoadedAsync(Held needed, CancellationToken cancellationToken)
    {
        var (model, change) = _readers.Read(connection => (SegmentRows.Model(connection), LastChange(connection)));
        if (_loaded is { } current && current.Model == model && current.Change >= change && current.Holds(needed))
            return current;
        Interlocked.Or(ref _wanted, (int)needed);
        LoadedSegments loaded;
        do
            loaded = await _loading.JoinAsync().WaitAsync(cancellationToken);
        while (loaded.Change < change || !loaded.Holds(needed)); // That run had begun before this search.
        return loaded;
    }

    public void Dispose()
    {
        _isDisposed = true;
        _loading.Wait();
    }

    private LoadedSegments Load() => _readers.Read(connection =>
    {
        using var snapshot = connection.BeginTransaction(deferred: true);
        var (model, change, held) = (SegmentRows.Model(connection), LastChange(connection), (Held)_wanted);
        try
        {
            if (model is null)
                _matrix = null;
            else if (_matrix is null || model != _loaded?.Model || _matrix.Held != held)
                AddSegments(connection, _matrix = new(model.Dimensions, model.Frames, held), model, "");
            else
                foreach (var video in ChangedSince(connection, _loaded.Change))
                {
                    _matrix.Remove(video);
                    AddSegments(connection, _matrix, model, "WHERE s.video = $video", video);
                }
            return _loaded = new(model, change, _matrix?.Snapshot());
        }
        catch
        {
            (_matrix, _loaded) = (null, null); // It may be half-way; the next search starts from the file.
            throw;
        }
    });

    private void AddSegments(
        SqliteConnection connection, SegmentMatrix matrix, IndexModel model, string condition, VideoId? video = null)
    {
        using var command = connection.CreateCommand();
        command.CommandText = matrix.Held.HasFlag(Held.Frames)
            ? $"SELECT {SegmentRows.MatrixColumns}, f.frames FROM segments s JOIN features f USING(number) {condition} ORDER "
                + "BY s.number"
            : $"SELECT {SegmentRows.MatrixColumns} FROM segments s {condition} ORDER BY s.number";
        if (video is { } only)
            command.Parameters.AddWithValue("$video", SegmentRows.Bytes(only.Value));
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            SegmentRows.ToMatrix(row, matrix, model, _file);
        }
    }

    private static long LastChange(SqliteConnection connection) =>
        connection.ExecuteScalar<long>("SELECT ifnull(max(number), 0) FROM changes");

    private IEnumerable<VideoId> ChangedSince(SqliteConnection connection, long change) =>
        connection.Query<byte[]>("SELECT video FROM changes WHERE number > $change", new { change })
            .Select(id => id.Length == 16
                ? new VideoId(new(id, bigEndian: true))
                : throw _file.Damaged($"a video's id of {id.Length} bytes"));
}

/// <summary>Segments in memory.</summary>
/// <param name="Model">The model that the file was bound to; null where to none.</param>
/// <param name="Change">The last change of the file that they have.</param>
/// <param name="Segments">Their vectors; null where the file was bound to no model.</param>
internal sealed record LoadedSegments(IndexModel? Model, long Change, MatrixSnapshot? Segments)
{
    public bool Holds(Held needed) => Segments is null || Segments.Held.HasFlag(needed);
}
