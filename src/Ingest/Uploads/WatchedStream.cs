namespace TcMgc.Ingest.Uploads;

/// <summary>Content that is read to its end, with a check every now and then that may end it.</summary>
/// <param name="content">The content; it stays open.</param>
/// <param name="check">Called every <see cref="Interval"/> bytes; what it throws, reading throws.</param>
internal sealed class WatchedStream(Stream content, Action check) : Stream
{
    private const int Interval = 16 << 20;

    private long _read, _checked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_read - _checked >= Interval)
        {
            check();
            _checked = _read;
        }
        var read = await content.ReadAsync(buffer, cancellationToken);
        _read += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
