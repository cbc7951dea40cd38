using System.Numerics.Tensors;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Sqlite;

/// <summary>What of each segment a matrix holds.</summary>
[Flags]
internal enum Held
{
    None = 0,
    Text = 1,
    Image = 2,
    Frames = 4,
}

/// <summary>
/// Vectors of all segments in memory, in blocks of contiguous rows, so that growth copies nothing and a scan splits over
/// cores. Scanned and changed under its owner's lock.
/// </summary>
internal sealed class SegmentMatrix(int dimensions, int framesEach, Held held)
{
    private const int LargestBlock = 1 << 22;

    /// <summary>Bytes from which on a scan is worth splitting over cores (a few hundred microseconds).</summary>
    private const long ParallelFrom = 1 << 22;

    private readonly List<Block> _blocks = [];
    private readonly int _rowsPerBlock = Math.Clamp(LargestBlock / (dimensions * framesEach), 16, 4096);

    public int Count { get; private set; }

    /// <summary>What it holds of each segment; a search needs its part.</summary>
    public Held Held => held;

    public RowOwner Owner(int row) => _blocks[row / _rowsPerBlock].Owners[row % _rowsPerBlock];

    /// <summary>Takes a segment in. Frames are Count × D; what is not held is ignored.</summary>
    public void Add(RowOwner owner, ReadOnlySpan<float> text, ReadOnlySpan<float> image, ReadOnlySpan<Half> frames)
    {
        if (Count == _blocks.Count * _rowsPerBlock)
            _blocks.Add(new(_rowsPerBlock, dimensions, framesEach, held));
        var (block, row) = (_blocks[Count / _rowsPerBlock], Count % _rowsPerBlock);
        block.Owners[row] = owner;
        block.Text?.Set(row, text);
        block.Image?.Set(row, image);
        if (held.HasFlag(Held.Frames))
            frames.CopyTo(block.Frames.AsSpan(row * framesEach * dimensions, framesEach * dimensions));
        Count++;
    }

    /// <summary>Takes a video's segments out; the last rows move into their places.</summary>
    public void Remove(VideoId video)
    {
        for (var row = Count - 1; row >= 0; row--)
            if (Owner(row).Video == video)
                MoveLastTo(row);
    }

    public BestRows Nearest(VectorSpace space, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        var coded = CodedRows.Of(query.Span);
        return Scan(dimensions, count, (block, rows, best, first) =>
        {
            var vectors = block.Vectors(space);
            for (var row = 0; row < rows; row++)
                if (!(vectors.Coded.AtMost(coded, row) <= best.Least)) // Nor where that is no number.
                    best.Add(TensorPrimitives.Dot(query.Span, vectors.Exact(row)), first + row);
        }, cancellationToken);
    }

    public BestRows NearestFrames(ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken) =>
        Scan((long)dimensions * framesEach * 2, count, (block, rows, best, first) =>
        {
            var wide = new float[framesEach * dimensions];
            for (var row = 0; row < rows; row++)
            {
                var frames = block.Owners[row].Times.Length;
                TensorPrimitives.ConvertToSingle(block.Frames.AsSpan(row * framesEach * dimensions, frames * dimensions), wide);
                var (nearest, score) = (0, float.NegativeInfinity);
                for (var frame = 0; frame < frames; frame++)
                    if (TensorPrimitives.Dot(query.Span, wide.AsSpan(frame * dimensions, dimensions)) is var dot && dot > score)
                        (nearest, score) = (frame, dot);
                best.Add(score, first + row, nearest);
            }
        }, cancellationToken);

    private BestRows Scan(long bytesPerRow, int count, Action<Block, int, BestRows, int> scan, CancellationToken cancellationToken)
    {
        var best = new BestRows(Math.Min(count, Count));
        if (Count * bytesPerRow < ParallelFrom)
            for (var block = 0; block < _blocks.Count; block++)
                scan(_blocks[block], RowsIn(block), best, block * _rowsPerBlock);
        else
            Parallel.For(0, _blocks.Count, new ParallelOptions { CancellationToken = cancellationToken },
                () => new BestRows(Math.Min(count, Count)),
                (block, _, mine) =>
                {
                    scan(_blocks[block], RowsIn(block), mine, block * _rowsPerBlock);
                    return mine;
                },
                mine =>
                {
                    lock (best)
                        best.AddAll(mine);
                });
        return best;
    }

    private int RowsIn(int block) => Math.Min(_rowsPerBlock, Count - block * _rowsPerBlock);

    private void MoveLastTo(int row)
    {
        var last = --Count;
        if (last != row)
            _blocks[row / _rowsPerBlock].Copy(_blocks[last / _rowsPerBlock], last % _rowsPerBlock, row % _rowsPerBlock);
        if (Count <= (_blocks.Count - 1) * _rowsPerBlock)
            _blocks.RemoveAt(_blocks.Count - 1);
    }

    private sealed class Block(int rows, int dimensions, int framesEach, Held held)
    {
        public RowOwner[] Owners { get; } = new RowOwner[rows];

        public PooledRows? Text { get; } = held.HasFlag(Held.Text) ? new(rows, dimensions) : null;

        public PooledRows? Image { get; } = held.HasFlag(Held.Image) ? new(rows, dimensions) : null;

        public Half[] Frames { get; } = held.HasFlag(Held.Frames) ? GC.AllocateUninitializedArray<Half>(rows * framesEach * dimensions) : [];

        public PooledRows Vectors(VectorSpace space) =>
            (space == VectorSpace.Text ? Text : Image) ?? throw new InvalidOperationException($"the matrix does not hold {space} vectors");

        public void Copy(Block source, int from, int to)
        {
            Owners[to] = source.Owners[from];
            Text?.Copy(source.Text!, from, to);
            Image?.Copy(source.Image!, from, to);
            if (Frames.Length > 0)
                source.Frames.AsSpan(from * framesEach * dimensions, framesEach * dimensions).CopyTo(Frames.AsSpan(to * framesEach * dimensions));
        }
    }

    /// <summary>Pooled vectors of one space, exact and coded.</summary>
    private sealed class PooledRows(int rows, int dimensions)
    {
        private readonly float[] _exact = GC.AllocateUninitializedArray<float>(rows * dimensions);

        public CodedRows Coded { get; } = new(rows, dimensions);

        public ReadOnlySpan<float> Exact(int row) => _exact.AsSpan(row * dimensions, dimensions);

        public void Set(int row, ReadOnlySpan<float> vector)
        {
            vector.CopyTo(_exact.AsSpan(row * dimensions, dimensions));
            Coded.Set(row, vector);
        }

        public void Copy(PooledRows source, int from, int to)
        {
            source.Exact(from).CopyTo(_exact.AsSpan(to * dimensions));
            Coded.Copy(source.Coded, from, to);
        }
    }
}

/// <summary>Whose a row is.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Video">Its video.</param>
/// <param name="Times">Times of its frames, in seconds; empty where the matrix does not hold frames.</param>
internal readonly record struct RowOwner(SegmentId Segment, VideoId Video, float[] Times);
