namespace TcMgc.Training.Datasets;

/// <summary>
/// The frames of many videos in one memory-mapped file: for each at most M, evenly spaced over those at one a second, S × S × 3
/// bytes of RGB24 each.
/// </summary>
public sealed class FrameStore : IDisposable
{
    private readonly RowFile _rows;

    private FrameStore(RowFile rows, int capacity, int side) => (_rows, Capacity, Side) = (rows, capacity, side);

    /// <summary>M: frames a video has room for.</summary>
    public int Capacity { get; }

    /// <summary>S: width and height of a frame in pixels.</summary>
    public int Side { get; }

    /// <summary>Bytes of one frame.</summary>
    public int FrameBytes => Side * Side * 3;

    /// <summary>V: videos, in the order they were given.</summary>
    public int Count => _rows.Counts.Count;

    /// <summary>Frames of each video; 0 for one that could not be decoded.</summary>
    public IReadOnlyList<int> Frames => _rows.Counts;

    /// <summary>A frame's pixels, valid until the store is disposed.</summary>
    public ReadOnlySpan<byte> Frame(int video, int frame) => _rows.Row<byte>(video).Slice(frame * FrameBytes, FrameBytes);

    /// <summary>
    /// The store at a path, when it was made from the same videos (<paramref name="key"/>) with the same sizes; null otherwise.
    /// </summary>
    public static FrameStore? TryOpen(string path, string key, int videos, int capacity, int side) =>
        RowFile.TryOpen(path, key, videos, (long)capacity * side * side * 3) is { } rows ? new(rows, capacity, side) : null;

    /// <summary>Starts a store.</summary>
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

    /// <summary>The frames of one video, one after the other.</summary>
    /// <param name="video">Its index.</param>
    /// <param name="count">How many frames.</param>
    /// <param name="pixels">Their bytes.</param>
    public void Write(int video, int count, ReadOnlySpan<byte> pixels) => _rows.Write(video, count, pixels);

    /// <summary>Ends the store; it appears at its path.</summary>
    public void Complete() => _rows.Complete();

    /// <summary>Gives up what was not completed.</summary>
    public void Dispose() => _rows.Dispose();
}
