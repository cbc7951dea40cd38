using System.Collections.Concurrent;
using TcMgc.Shared;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// Vectors of all segments in memory, in blocks of contiguous rows, so that growth copies nothing and a scan splits over cores.
/// One thread changes it, while any number search its snapshots: rows are only added, behind those that a snapshot knows, and a
/// removed row is marked with the first snapshot that does not have it.
/// </summary>
internal sealed class SegmentMatrix(int dimensions, int framesEach, Held held)
{
    private const int LargestBlock = 1 << 22;

    private readonly int _rowsPerBlock = Math.Clamp(LargestBlock / (dimensions * framesEach), 16, 4096);
    private readonly Dictionary<VideoId, int> _lastRows = []; // The others of a video follow by MatrixBlock.Previous.
    private readonly ConcurrentDictionary<CollectionId, int> _collections = []; // Their numbers.
    private MatrixBlock[] _blocks = [];
    private int _rows, _removed, _snapshots;

    /// <summary>What it holds of each segment; a search needs its part.</summary>
    public Held Held => held;

    /// <summary>The rows as they are now, for searches that go on while the matrix changes.</summary>
    public MatrixSnapshot Snapshot() =>
        new(_blocks, _rows, _snapshots++, _collections, _rowsPerBlock, dimensions, framesEach, held);

    /// <summary>
    /// Adds a segment to a collection. Frames are Count × D; vectors that are not held are ignored.
    /// </summary>
    public void Add(CollectionId collection, in RowOwner owner, ReadOnlySpan<float> text, ReadOnlySpan<float> image,
        ReadOnlySpan<Half> frames)
    {
        var (block, at) = Append(owner, _collections.GetOrAdd(collection, _ => _collections.Count));
        block.Set(at, text, image, frames);
    }

    /// <summary>Removes a video's segments. Their memory is used again once they are a quarter of all.</summary>
    public void Remove(VideoId video)
    {
        if (!_lastRows.Remove(video, out var row))
            return;
        for (; row >= 0; _removed++)
        {
            var (block, at) = (_blocks[row / _rowsPerBlock], row % _rowsPerBlock);
            block.RemovedIn[at] = _snapshots;
            row = block.Previous[at];
        }
        if (_removed > _rowsPerBlock && _removed > _rows / 4)
            Compact();
    }

    private (MatrixBlock Block, int At) Append(in RowOwner owner, int collection)
    {
        if (_rows == _blocks.Length * _rowsPerBlock)
            _blocks = [.. _blocks, new(_rowsPerBlock, dimensions, framesEach, held)];
        var (block, at) = (_blocks[_rows / _rowsPerBlock], _rows % _rowsPerBlock);
        (block.Owners[at], block.Collections[at]) = (owner, collection);
        block.Previous[at] = _lastRows.GetValueOrDefault(owner.Video, -1);
        _lastRows[owner.Video] = _rows++;
        return (block, at);
    }

    /// <summary>Copies the rows that are left to new blocks: snapshots keep the former ones.</summary>
    private void Compact()
    {
        var (blocks, rows) = (_blocks, _rows);
        (_blocks, _rows, _removed) = ([], 0, 0);
        _lastRows.Clear();
        for (var row = 0; row < rows; row++)
        {
            var (source, from) = (blocks[row / _rowsPerBlock], row % _rowsPerBlock);
            if (source.RemovedIn[from] != MatrixBlock.Never)
                continue;
            var (block, at) = Append(source.Owners[from], source.Collections[from]);
            block.Copy(source, from, at);
        }
    }
}

/// <summary>What of each segment a matrix holds.</summary>
[Flags]
internal enum Held
{
    None = 0,
    Text = 1,
    Image = 2,
    Frames = 4,
}

/// <summary>Whose a row is.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Video">Its video.</param>
/// <param name="Times">Times of its frames, in seconds; empty where the matrix does not hold frames.</param>
internal readonly record struct RowOwner(SegmentId Segment, VideoId Video, float[] Times);
