using System.Net;
using System.Net.Sockets;
using TcMgc.Cli.Soak;

namespace TcMgc.Cli.Tests.Soak;

public sealed class GateTests : IAsyncLifetime
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly KafkaAddresses _addresses = new();
    private Gate _gate = null!;

    private int ServerPort => ((IPEndPoint)_server.LocalEndpoint).Port;

    public ValueTask InitializeAsync()
    {
        _server.Start();
        _gate = new("127.0.0.1", ServerPort, _addresses, TimeProvider.System);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task What_is_sent_while_it_is_stalled_arrives_when_it_is_open_again()
    {
        using var client = await ConnectAsync();
        using var server = await _server.AcceptSocketAsync();
        _gate.Set(GateState.Stalled);
        await client.SendAsync("question"u8.ToArray());
        var arriving = ReceiveAsync(server, 8);

        _gate.Set(GateState.Open);

        Assert.Equal("question"u8.ToArray(), await arriving);
    }

    [Fact]
    public async Task Cut_it_ends_connections_and_new_ones_and_open_again_it_takes_them()
    {
        using var client = await ConnectAsync();
        using var server = await _server.AcceptSocketAsync();

        _gate.Set(GateState.Cut);

        Assert.Empty(await ReceiveAsync(client, 1));
        using (var refused = await ConnectAsync())
            Assert.Empty(await ReceiveAsync(refused, 1));
        _gate.Set(GateState.Open);
        using var again = await ConnectAsync();
        using var taken = await _server.AcceptSocketAsync();
        await again.SendAsync("question"u8.ToArray());
        Assert.Equal("question"u8.ToArray(), await ReceiveAsync(taken, 8));
    }

    [Fact]
    public async Task A_brokers_address_in_its_answer_is_that_of_the_gate()
    {
        using var client = await ConnectAsync();
        using var broker = await _server.AcceptSocketAsync();

        await broker.SendAsync(Answer(ServerPort));

        Assert.Equal(Answer(_gate.Port), await ReceiveAsync(client, Answer(0).Length));
    }

    /// <summary>Four bytes with the length, then host and port.</summary>
    private static byte[] Answer(int port) => [0, 0, 0, 13, .. "127.0.0.1"u8, 0, 0, (byte)(port >> 8), (byte)port];

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _gate.Port);
        return socket;
    }

    /// <summary>So many bytes; fewer where the connection ends.</summary>
    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        var (bytes, filled) = (new byte[count], 0);
        try
        {
            while (filled < count && await socket.ReceiveAsync(bytes.AsMemory(filled)) is var read and > 0)
                filled += read;
        }
        catch (SocketException)
        {
            // It was reset.
        }
        return bytes[..filled];
    }
}
