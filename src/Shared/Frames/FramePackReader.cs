namespace TcMgc.Shared.Frames;

/// <summary>
/// Reads the sampled frames of one video in batches, directly into the caller's memory. The index is checked when the pack is
/// opened and each frame's checksum when it is read: truncated or damaged packs are refused.
/// </summary>
public sealed class FramePackReader : IAsyncDisposable
{
    private readonly Stream _source;
    private readonly uint[] _crcs;
    private readonly double[] _times;

    private FramePackReader(Stream source, int side, double[] times, uint[] crcs)
    {
        _source = source;
        _times = times;
        _crcs = crcs;
        Side = side;
        FrameBytes = FramePackLayout.FrameBytes(side);
    }

    /// <summary>Width and height of a frame in pixels.</summary>
    public int Side { get; }

    /// <summary>Bytes of a frame: side × side × 3.</summary>
    public int FrameBytes { get; }

    /// <summary>Frames in the pack.</summary>
    public int Count => _times.Length;

    /// <summary>Index of the frame that <see cref="ReadAsync"/> reads next.</summary>
    public int Position { get; private set; }

    /// <summary>Each frame's time, in seconds from the video's start.</summary>
    public ReadOnlyMemory<double> Times => _times;

    /// <summary>Opens a pack.</summary>
    /// <param name="source">A seekable stream at any position; disposed with the reader, or when this method throws.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The stream is not a frame pack, or is truncated or damaged.</exception>
    public static async ValueTask<FramePackReader> OpenAsync(Stream source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            return await ReadEndsAsync(source, cancellationToken);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads as many of the next frames as fit.</summary>
    /// <param name="frames">Receives frames of <see cref="FrameBytes"/> bytes; must have room for at least one.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The number of frames read, 0 at the end. Their times are <see cref="Times"/> from the previous
    /// <see cref="Position"/> on.</returns>
    /// <exception cref="InvalidDataException">A frame is damaged.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> frames, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames.Length, FrameBytes, nameof(frames));
        var count = Math.Min(frames.Length / FrameBytes, Count - Position);
        var batch = frames[..(count * FrameBytes)];
        await _source.ReadExactlyAsync(batch, cancellationToken);
        for (var k = 0; k < count; k++)
            if (FramePackLayout.Crc32C(batch.Span.Slice(k * FrameBytes, FrameBytes)) != _crcs[Position + k])
                throw new InvalidDataException($"frame {Position + k} of a frame pack is damaged");
        Position += count;
        return count;
    }

    /// <summary>Disposes the stream.</summary>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static async ValueTask<FramePackReader> ReadEndsAsync(Stream source, CancellationToken cancellationToken)
    {
        var length = source.Length;
        if (length < FramePackLayout.HeaderBytes + FramePackLayout.TrailerBytes)
            throw new InvalidDataException("not a frame pack");
        var header = await ReadAtAsync(source, 0, FramePackLayout.HeaderBytes, cancellationToken);
        var side = FramePackLayout.SideOf(header);
        var trailer =
            await ReadAtAsync(source, length - FramePackLayout.TrailerBytes, FramePackLayout.TrailerBytes, cancellationToken);
        var count = FramePackLayout.CountOf(trailer, side, length);
        var indexBytes = count * FramePackLayout.IndexEntryBytes;
        var index = await ReadAtAsync(source, length - FramePackLayout.TrailerBytes - indexBytes, indexBytes, cancellationToken);
        if (!FramePackLayout.Trailer(header, index).AsSpan().SequenceEqual(trailer))
            throw new InvalidDataException("the index of a frame pack is damaged");
        source.Position = FramePackLayout.HeaderBytes;
        return FromIndex(source, side, index);
    }

    private static FramePackReader FromIndex(Stream source, int side, byte[] index)
    {
        var times = new double[index.Length / FramePackLayout.IndexEntryBytes];
        var crcs = new uint[times.Length];
        for (var k = 0; k < times.Length; k++)
            (times[k], crcs[k]) = FramePackLayout.EntryAt(index, k);
        return new(source, side, times, crcs);
    }

    private static async ValueTask<byte[]> ReadAtAsync(
        Stream source, long position, int bytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[bytes];
        source.Position = position;
        await source.ReadExactlyAsync(buffer, cancellationToken);
        return buffer;
    }
}
