using System.Numerics.Tensors;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Sqlite;

/// <summary>A matrix as it was at one time. Never changes; safe for concurrent use.</summary>
/// <param name="blocks">The matrix's blocks; rows beyond <paramref name="rows"/> are later ones.</param>
/// <param name="rows">Rows that it has, removed ones included.</param>
/// <param name="number">Its number among the matrix's snapshots.</param>
/// <param name="collections">The numbers of collections, also of such as came later.</param>
/// <param name="rowsPerBlock">Rows of a block.</param>
/// <param name="dimensions">D.</param>
/// <param name="framesEach">N.</param>
/// <param name="held">What it holds of each segment.</param>
internal sealed class MatrixSnapshot(
    MatrixBlock[] blocks, int rows, int number, IReadOnlyDictionary<CollectionId, int> collections, int rowsPerBlock,
    int dimensions, int framesEach, Held held)
{
    /// <summary>Bytes from which on a scan is worth splitting over cores (a few hundred microseconds).</summary>
    private const long ParallelFrom = 1 << 22;

    /// <summary>What it holds of each segment.</summary>
    public Held Held => held;

    /// <summary>Its blocks, some of them shared with other snapshots.</summary>
    public IReadOnlyList<MatrixBlock> Blocks => blocks;

    public RowOwner Owner(int row) => blocks[row / rowsPerBlock].Owners[row % rowsPerBlock];

    /// <summary>The rows of a collection whose pooled vectors have the largest dot product with the query.</summary>
    public BestRows Nearest(
        CollectionId collection, VectorSpace space, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        var (coded, own) = (CodedRows.Of(query.Span), NumberOf(collection));
        return Scan(dimensions, count, (block, filled, best, first) =>
        {
            var vectors = block.Vectors(space);
            for (var row = 0; row < filled; row++)
                if (block.Collections[row] == own
                    && !(vectors.Coded.AtMost(coded, row) <= best.Least) && Has(block, row)) // True also where the bound is NaN.
                    best.Add(TensorPrimitives.Dot(query.Span, vectors.Exact(row)), first + row);
        }, cancellationToken);
    }

    /// <summary>The rows of a collection with the frame nearest to the query.</summary>
    public BestRows NearestFrames(
        CollectionId collection, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        var own = NumberOf(collection);
        return Scan((long)dimensions * framesEach * 2, count, (block, filled, best, first) =>
        {
            var wide = new float[framesEach * dimensions];
            for (var row = 0; row < filled; row++)
            {
                if (block.Collections[row] != own || !Has(block, row))
                    continue;
                var frames = block.Owners[row].Times.Length;
                TensorPrimitives.ConvertToSingle(block.Frames.AsSpan(row * framesEach * dimensions, frames * dimensions), wide);
                var (nearest, score) = (0, float.NegativeInfinity);
                for (var frame = 0; frame < frames; frame++)
                    if (TensorPrimitives.Dot(query.Span, wide.AsSpan(frame * dimensions, dimensions)) is var dot && dot > score)
                        (nearest, score) = (frame, dot);
                best.Add(score, first + row, nearest);
            }
        }, cancellationToken);
    }

    private int NumberOf(CollectionId collection) => collections.GetValueOrDefault(collection, -1);

    private bool Has(MatrixBlock block, int row) => block.RemovedIn[row] > number;

    private BestRows Scan(
        long bytesPerRow, int count, Action<MatrixBlock, int, BestRows, int> scan, CancellationToken cancellationToken)
    {
        var best = new BestRows(Math.Min(count, rows));
        if (rows * bytesPerRow < ParallelFrom)
            for (var block = 0; block < blocks.Length; block++)
                scan(blocks[block], RowsIn(block), best, block * rowsPerBlock);
        else
            Parallel.For(0, blocks.Length, new ParallelOptions { CancellationToken = cancellationToken },
                () => new BestRows(Math.Min(count, rows)),
                (block, _, mine) =>
                {
                    scan(blocks[block], RowsIn(block), mine, block * rowsPerBlock);
                    return mine;
                },
                mine =>
                {
                    lock (best)
                        best.AddAll(mine);
                });
        return best;
    }

    private int RowsIn(int block) => Math.Min(rowsPerBlock, rows - (block * rowsPerBlock));
}
