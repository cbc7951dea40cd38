using System.Buffers;

namespace TcMgc.Shared.Frames;

/// <summary>
/// Writes sampled frames in order to a stream that need not be seekable. The pack is complete only after
/// <see cref="CompleteAsync"/>; <see cref="FramePackReader"/> refuses others. Only 16 bytes per frame are kept in memory.
/// </summary>
public sealed class FramePackWriter
{
    private readonly Stream _destination;
    private readonly byte[] _header;
    private readonly ArrayBufferWriter<byte> _index = new();
    private double _lastTime = double.NegativeInfinity;
    private bool _complete;

    private FramePackWriter(Stream destination, int side)
    {
        _destination = destination;
        _header = FramePackLayout.Header(side);
        FrameBytes = FramePackLayout.FrameBytes(side);
    }

    /// <summary>Bytes of a frame: side × side × 3.</summary>
    public int FrameBytes { get; }

    /// <summary>Frames written so far.</summary>
    public int Count { get; private set; }

    /// <summary>Starts a pack.</summary>
    /// <param name="destination">Receives the pack; is not disposed.</param>
    /// <param name="side">Width and height of a frame in pixels, 1 to 4096.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static async ValueTask<FramePackWriter> CreateAsync(Stream destination, int side, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, FramePackLayout.MaxSide);
        var writer = new FramePackWriter(destination, side);
        await destination.WriteAsync(writer._header, cancellationToken);
        return writer;
    }

    /// <summary>Appends one frame.</summary>
    /// <param name="frame">Shape (side, side, 3), RGB, one byte per value.</param>
    /// <param name="time">Seconds from the video's start, not less than that of the previous frame.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> frame, double time, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_complete, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(frame.Length, FrameBytes, nameof(frame));
        ArgumentOutOfRangeException.ThrowIfLessThan(time, _lastTime);
        if (!double.IsFinite(time))
            throw new ArgumentOutOfRangeException(nameof(time), time, "a frame's time is a finite number of seconds");
        await _destination.WriteAsync(frame, cancellationToken);
        AppendEntry(time, FramePackLayout.Crc32C(frame.Span));
    }

    /// <summary>Writes the index and the trailer; nothing can be appended after it.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_complete, this);
        _complete = true;
        await _destination.WriteAsync(_index.WrittenMemory, cancellationToken);
        await _destination.WriteAsync(FramePackLayout.Trailer(_header, _index.WrittenSpan), cancellationToken);
        await _destination.FlushAsync(cancellationToken);
    }

    private void AppendEntry(double time, uint crc)
    {
        var entry = _index.GetSpan(FramePackLayout.IndexEntryBytes)[..FramePackLayout.IndexEntryBytes];
        FramePackLayout.WriteEntry(entry, time, crc);
        _index.Advance(entry.Length);
        _lastTime = time;
        Count++;
    }
}
