using System.Net;
using System.Net.Sockets;
using TcMgc.Shared;

namespace TcMgc.Hosting.Tests;

public sealed class FreeAddressesTests
{
    [Fact]
    public async Task An_address_that_another_program_listens_on_is_told_before_anything_starts()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await CheckAsync("http://127.0.0.1:0");

        foreach (var url in (string[])[$"http://127.0.0.1:{port}", $"http://localhost:{port}", $"http://*:{port}"])
        {
            var taken = await Assert.ThrowsAsync<UserException>(() => CheckAsync(url));
            Assert.Contains(
                $":{port} is taken: another program listens there; choose another port", taken.Message, StringComparison.Ordinal);
        }
        other.Stop();
        await CheckAsync($"http://127.0.0.1:{port}");
    }

    private static Task CheckAsync(string urls) => new FreeAddresses(new() { Urls = urls }).StartingAsync(default);
}
