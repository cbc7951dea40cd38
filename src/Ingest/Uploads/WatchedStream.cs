namespace TcMgc.Ingest.Uploads;

/// <summary>Content that is read to its end, with a check every now and then that may end it.</summary>
/// <param name="content">The content; it stays open.</param>
/// <param name="check">Called every <see cref="Interval"/> bytes; what it throws, reading throws.</param>
internal sealed class WatchedStream(Stream content, Action check) : ForwardStream
{
    private const int Interval = 16 << 20;

    private long _read, _checked;

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
}
