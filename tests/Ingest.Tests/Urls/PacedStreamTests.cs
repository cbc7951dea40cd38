using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using TcMgc.Ingest.Urls;

namespace TcMgc.Ingest.Tests.Urls;

public sealed class PacedStreamTests
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _pipe = new();
    private readonly byte[] _buffer = new byte[1000];

    [Fact]
    public async Task A_stream_that_brings_too_little_in_a_window_fails()
    {
        await using var stream = Stream(least: 100);
        await _pipe.Writer.WriteAsync(new byte[99]);
        Assert.Equal(99, await stream.ReadAsync(_buffer));

        var reading = stream.ReadAsync(_buffer).AsTask();
        _time.Advance(s_window);

        var error = await Assert.ThrowsAsync<IOException>(() => reading);
        Assert.Equal("the server brings fewer than 100 bytes in 30 s", error.Message);
    }

    [Fact]
    public async Task A_stream_that_brings_enough_goes_on_from_window_to_window()
    {
        await using var stream = Stream(least: 100);
        for (var window = 0; window < 3; window++)
        {
            await _pipe.Writer.WriteAsync(new byte[100]);
            Assert.Equal(100, await stream.ReadAsync(_buffer));
            var reading = stream.ReadAsync(_buffer).AsTask();
            _time.Advance(s_window);
            await _pipe.Writer.WriteAsync(new byte[100]);
            Assert.Equal(100, await reading);
        }
    }

    [Fact]
    public async Task The_time_that_its_reader_takes_is_not_its_own()
    {
        await using var stream = Stream(least: 100);
        await _pipe.Writer.WriteAsync(new byte[1]);
        Assert.Equal(1, await stream.ReadAsync(_buffer));
        _time.Advance(100 * s_window);
        await _pipe.Writer.WriteAsync(new byte[1]);

        Assert.Equal(1, await stream.ReadAsync(_buffer));
    }

    private PacedStream Stream(int least) => new(_pipe.Reader.AsStream(), least, s_window, _time);
}
