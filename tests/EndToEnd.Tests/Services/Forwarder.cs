using System.Net;
using System.Net.Sockets;

namespace TcMgc.EndToEnd.Tests.Services;

/// <summary>
/// A way to a server that can be frozen: connections stay open and new ones are taken, but no byte passes, as with a process
/// under SIGSTOP.
/// </summary>
internal sealed class Forwarder : IAsyncDisposable
{
    private readonly int _to;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = Opened();

    /// <param name="server">Address of the server.</param>
    public Forwarder(Uri server)
    {
        _to = server.Port;
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    public string Url { get; }

    public void Freeze() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ConnectAsync(await _listener.AcceptSocketAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ConnectAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
            try
            {
                await _open.Task.WaitAsync(_end.Token);
                await server.ConnectAsync(IPAddress.Loopback, _to, _end.Token);
                await await Task.WhenAny(PassAsync(client, server), PassAsync(server, client)); // Disposing ends the other.
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                // One side is gone, and so is the other now.
            }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var bytes = new byte[1 << 16];
        while (await from.ReceiveAsync(bytes, _end.Token) is var count and > 0)
        {
            await _open.Task.WaitAsync(_end.Token);
            for (var sent = 0; sent < count;)
                sent += await to.SendAsync(bytes.AsMemory(sent, count - sent), _end.Token);
        }
    }
}
