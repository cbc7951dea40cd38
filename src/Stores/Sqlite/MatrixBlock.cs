using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Sqlite;

/// <summary>Contiguous rows of a matrix. A row is written once; then only <see cref="RemovedIn"/> may change, once.</summary>
internal sealed class MatrixBlock
{
    /// <summary>In <see cref="RemovedIn"/>: the row is not removed.</summary>
    public const int Never = int.MaxValue;

    /// <summary>Bytes of a row's number of its collection.</summary>
    public const int CollectionBytes = sizeof(int);

    private readonly int _frameValues;
    private readonly PooledRows? _text, _image;

    public MatrixBlock(int rows, int dimensions, int framesEach, Held held)
    {
        _frameValues = framesEach * dimensions;
        (Owners, Collections, RemovedIn, Previous) = (new RowOwner[rows], new int[rows], new int[rows], new int[rows]);
        RemovedIn.AsSpan().Fill(Never);
        _text = held.HasFlag(Held.Text) ? new(rows, dimensions) : null;
        _image = held.HasFlag(Held.Image) ? new(rows, dimensions) : null;
        Frames = held.HasFlag(Held.Frames) ? GC.AllocateUninitializedArray<Half>(rows * _frameValues) : [];
    }

    public RowOwner[] Owners { get; }

    /// <summary>Number of each row's collection.</summary>
    public int[] Collections { get; }

    /// <summary>The first snapshot in which a row is removed.</summary>
    public int[] RemovedIn { get; }

    /// <summary>The row of the same video that was added before; −1 where there is none.</summary>
    public int[] Previous { get; }

    /// <summary>Rows × N × D: plain frame embeddings; empty where they are not held.</summary>
    public Half[] Frames { get; }

    public PooledRows Vectors(VectorSpace space) =>
        (space == VectorSpace.Text ? _text : _image)
            ?? throw new InvalidOperationException($"the matrix does not hold {space} vectors");

    public void Set(int row, ReadOnlySpan<float> text, ReadOnlySpan<float> image, ReadOnlySpan<Half> frames)
    {
        _text?.Set(row, text);
        _image?.Set(row, image);
        if (Frames.Length > 0)
            frames.CopyTo(Frames.AsSpan(row * _frameValues, _frameValues));
    }

    public void Copy(MatrixBlock source, int from, int to)
    {
        _text?.Copy(source._text!, from, to);
        _image?.Copy(source._image!, from, to);
        if (Frames.Length > 0)
            source.Frames.AsSpan(from * _frameValues, _frameValues).CopyTo(Frames.AsSpan(to * _frameValues));
    }
}

/// <summary>Pooled vectors of one space, exact and coded.</summary>
internal sealed class PooledRows(int rows, int dimensions)
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
