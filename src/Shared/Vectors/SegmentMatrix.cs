using System.Numerics.Tensors;

namespace TcMgc.Shared.Vectors;

/// <summary>
/// The vectors of all segments in memory, in blocks of contiguous rows, so that growth copies nothing and a scan splits over
/// cores. Scanned and changed under its owner's lock.
/// </summary>
internal sealed class SegmentMatrix(int dimensions, int framesEach, bool withFrames)
{
    private const int LargestBlock = 1 << 22;

    /// <summary>Values from which on a scan is worth splitting over cores (a few hundred microseconds).</summary>
    private const long ParallelFrom = 1 << 21;

    private readonly List<Block> _blocks = [];
    private readonly int _rowsPerBlock = Math.Clamp(LargestBlock / (dimensions * framesEach), 16, 4096);

    public int Count { get; private set; }

    /// <summary>True where frame embeddings are in memory too.</summary>
    public bool WithFrames => withFrames;

    public RowOwner Owner(int row) => _blocks[row / _rowsPerBlock].Owners[row % _rowsPerBlock];

    /// <summary>Takes a segment in. Frames are Count × D, ignored unless frames are kept.</summary>
    public void Add(RowOwner owner, ReadOnlySpan<float> text, ReadOnlySpan<float> image, ReadOnlySpan<Half> frames)
    {
        if (Count == _blocks.Count * _rowsPerBlock)
            _blocks.Add(new(_rowsPerBlock, dimensions, framesEach, withFrames));
        var (block, row) = (_blocks[Count / _rowsPerBlock], Count % _rowsPerBlock);
        block.Owners[row] = owner;
        text.CopyTo(block.Vectors(VectorSpace.Text).AsSpan(row * dimensions, dimensions));
        image.CopyTo(block.Vectors(VectorSpace.Image).AsSpan(row * dimensions, dimensions));
        if (withFrames)
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

    public BestRows Nearest(VectorSpace space, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken) =>
        Scan(dimensions, count, (block, rows, best, first) =>
        {
            var vectors = block.Vectors(space);
            for (var row = 0; row < rows; row++)
                best.Add(TensorPrimitives.Dot(query.Span, vectors.AsSpan(row * dimensions, dimensions)), first + row);
        }, cancellationToken);

    public BestRows NearestFrames(ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken) =>
        Scan((long)dimensions * framesEach, count, (block, rows, best, first) =>
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

    private BestRows Scan(long valuesPerRow, int count, Action<Block, int, BestRows, int> scan, CancellationToken cancellationToken)
    {
        var best = new BestRows(Math.Min(count, Count));
        if (Count * valuesPerRow < ParallelFrom)
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

    private sealed class Block(int rows, int dimensions, int framesEach, bool withFrames)
    {
        private readonly float[] _text = GC.AllocateUninitializedArray<float>(rows * dimensions);
        private readonly float[] _image = GC.AllocateUninitializedArray<float>(rows * dimensions);

        public RowOwner[] Owners { get; } = new RowOwner[rows];

        public Half[] Frames { get; } = withFrames ? GC.AllocateUninitializedArray<Half>(rows * framesEach * dimensions) : [];

        public float[] Vectors(VectorSpace space) => space == VectorSpace.Text ? _text : _image;

        public void Copy(Block source, int from, int to)
        {
            Owners[to] = source.Owners[from];
            source._text.AsSpan(from * dimensions, dimensions).CopyTo(_text.AsSpan(to * dimensions));
            source._image.AsSpan(from * dimensions, dimensions).CopyTo(_image.AsSpan(to * dimensions));
            if (withFrames)
                source.Frames.AsSpan(from * framesEach * dimensions, framesEach * dimensions).CopyTo(Frames.AsSpan(to * framesEach * dimensions));
        }
    }
}

/// <summary>Whose a row is.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Video">Its video.</param>
/// <param name="Times">Times of its frames, in seconds.</param>
internal readonly record struct RowOwner(SegmentId Segment, VideoId Video, float[] Times);
