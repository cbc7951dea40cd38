using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TcMgc.Cli.Soak;

/// <summary>How a way to a server is.</summary>
internal enum GateState
{
    Open,

    /// <summary>Connections are broken, and new ones end at once.</summary>
    Cut,

    /// <summary>Connections stay open, new ones are taken, and no byte passes.</summary>
    Stalled,

    /// <summary>Everything is late.</summary>
    Slow,
}

/// <summary>A way to a server that can be cut, stalled and slowed.</summary>
internal sealed class Gate : IAsyncDisposable
{
    private static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(150);

    private readonly string _host;
    private readonly int _port;
    private readonly KafkaAddresses? _addresses;
    private readonly TimeProvider _time;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly Task _accepting;
    private CancellationTokenSource _cut = new();
    private volatile TaskCompletionSource _passing = new();
    private volatile GateState _state;

    /// <param name="host">The server's name.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="addresses">Replaces the addresses that a Kafka broker tells its clients; null for other servers.</param>
    /// <param name="time">Delays.</param>
    public Gate(string host, int port, KafkaAddresses? addresses, TimeProvider time)
    {
        (_host, _port, _addresses, _time) = (host, port, addresses, time);
        _passing.SetResult();
        _listener.Start();
        addresses?.Add(host, port, Port);
        _accepting = AcceptAsync();
    }

    /// <summary>The port of this machine's loopback that leads to the server.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Changes the way.</summary>
    public void Set(GateState state)
    {
        _state = state;
        if (state == GateState.Stalled)
            _passing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        else
            _passing.TrySetResult();
        if (state == GateState.Cut)
            Interlocked.Exchange(ref _cut, new()).Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _listener.Dispose();
        _end.Dispose();
        _cut.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = ConnectAsync(await _listener.AcceptSocketAsync(_end.Token));
                _connections.TryAdd(connection, 0);
                _ = connection.ContinueWith(ended => _connections.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ConnectAsync(Socket client)
    {
        await Task.Yield();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, Volatile.Read(ref _cut).Token);
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
            try
            {
                client.NoDelay = true;
                if (_state == GateState.Cut)
                    return;
                await _passing.Task.WaitAsync(end.Token);
                await server.ConnectAsync(_host, _port, end.Token);
                var answers =
                    _addresses is null ? PassAsync(server, client, end.Token) : PassFramesAsync(server, client, end.Token);
                await await Task.WhenAny(PassAsync(client, server, end.Token), answers); // Disposing ends the other.
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
            {
                // One side is gone, and so is the other now.
            }
    }

    private async Task PassAsync(Socket from, Socket to, CancellationToken end)
    {
        var bytes = new byte[1 << 16];
        while (await from.ReceiveAsync(bytes, end) is var count and > 0)
        {
            await WayAsync(end);
            await SendAsync(to, bytes.AsMemory(0, count), end);
        }
    }

    /// <summary>Kafka's answers: four bytes with the length, then so many bytes.</summary>
    private async Task PassFramesAsync(Socket from, Socket to, CancellationToken end)
    {
        using var stream = new NetworkStream(from, ownsSocket: false);
        var length = new byte[sizeof(int)];
        while (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, end) == length.Length)
        {
            var frame = new byte[sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(length)];
            length.CopyTo(frame, 0);
            await stream.ReadExactlyAsync(frame.AsMemory(sizeof(int)), end);
            _addresses!.Replace(frame);
            await WayAsync(end);
            await SendAsync(to, frame, end);
        }
    }

    private async Task WayAsync(CancellationToken end)
    {
        await _passing.Task.WaitAsync(end);
        if (_state == GateState.Slow)
            await Task.Delay(s_late, _time, end);
    }

    private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken end)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes, end)..];
    }
}
