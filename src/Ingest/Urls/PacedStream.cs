namespace TcMgc.Ingest.Urls;

/// <summary>
/// A stream that must bring at least so many bytes in each window of time, of which only the time counts that its reader waits.
/// </summary>
/// <param name="inner">The stream; it goes with this one.</param>
/// <param name="least">Bytes.</param>
/// <param name="window">Time.</param>
/// <param name="time">Clock.</param>
internal sealed class PacedStream(Stream inner, long least, TimeSpan window, TimeProvider time) : ForwardStream
{
    private TimeSpan _waited;
    private long _brought;

    /// <exception cref="IOException">It brings too little.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = inner.ReadAsync(buffer, giveUp.Token).AsTask();
        while (true)
        {
            var started = time.GetTimestamp();
            try
            {
                var read = await reading.WaitAsync(window - _waited, time, CancellationToken.None);
                _waited += time.GetElapsedTime(started);
                _brought += read;
                if (_waited >= window)
                    await NextWindowAsync(null, giveUp);
                return read;
            }
            catch (TimeoutException)
            {
                await NextWindowAsync(reading, giveUp);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// Begins a new window unless the last one brought too little; nothing reads into the buffer any more then.
    /// </summary>
    private async ValueTask NextWindowAsync(Task? reading, CancellationTokenSource giveUp)
    {
        var brought = _brought;
        (_waited, _brought) = (TimeSpan.Zero, 0);
        if (brought >= least)
            return;
        await giveUp.CancelAsync();
        if (reading is not null)
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new IOException($"the server brings fewer than {least} bytes in {window.TotalSeconds:0.#} s");
    }
}
