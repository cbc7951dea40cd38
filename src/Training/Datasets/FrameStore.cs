namespace TcMgc.Training.Datasets;

/// <summary>
/// The frames of many videos in one memory-mapped file: for each video at most M of its frames at 1 fps, evenly spaced, as
/// S × S × 3 bytes of RGB24.
/// </summary>
public sealed class FrameStore : IDisposable
{
    private readonly RowFile _rows;

    private FrameStore(RowFile rows, int capacity, int side)
    {
        _rows = rows;
        Capacity = capacity;
        Side = side;
    }

    /// <summary>M: most frames of a video.</summary>
    public int Capacity { get; }

    /// <summary>S: width and height of a frame in pixels.</summary>
    public int Side { get; }

    /// <summary>Bytes of one frame.</summary>
    public int FrameBytes => Side * Side * 3;

    /// <summary>V: number of videos.</summary>
    public int Count => _rows.Counts.Count;

    /// <summary>Number of frames of each video; 0 for one that could not be decoded.</summary>
    public IReadOnlyList<int> Frames => _rows.Counts;

    /// <summary>A frame's pixels [S, S, 3], valid until the store is disposed.</summary>
    public ReadOnlySpan<byte> Frame(int video, int frame) => _rows.Row<byte>(video).Slice(frame * FrameBytes, FrameBytes);

    /// <summary>
    /// The store at a path if it was made from the same videos (<paramref name="key"/>) with the same sizes, else null.
    /// </summary>
    public static FrameStore? TryOpen(string path, string key, int videos, int capacity, int side) =>
        RowFile.TryOpen(path, key, videos, (long)capacity * side * side * 3) is { } rows ? new(rows, capacity, side) : null;

    /// <summary>Starts writing a store.</summary>
    public static FrameStoreWriter Create(string path, string key, int videos, int capacity, int side) =>
        new(RowFile.Create(path, key, videos, (long)capacity * side * side * 3));

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();
}

/// <summary>Fills a <see cref="FrameStore"/>; videos may come in any order and from any thread.</summary>
public sealed class FrameStoreWriter : IDisposable
{
    private readonly RowFile.Writer _rows;

    internal FrameStoreWriter(RowFile.Writer rows) => _rows = rows;

    /// <summary>Writes the frames of one video.</summary>
    /// <param name="video">Index of the video.</param>
    /// <param name="count">Number of frames, at most M.</param>
    /// <param name="pixels">Their pixels [count, S, S, 3].</param>
    public void Write(int video, int count, ReadOnlySpan<byte> pixels) => _rows.Write(video, count, pixels);

    /// <summary>Completes the store, which then appears at its path.</summary>
    public void Complete() => _rows.Complete();

    /// <summary>Discards a store that was not completed.</summary>
    public void Dispose() => _rows.Dispose();
}
