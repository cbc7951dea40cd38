using System.Net;
using System.Net.Sockets;
using TcMgc.Shared;

namespace TcMgc.Hosting.Tests;

public sealed class FreeAddressesTests
{
    [Fact]
    public void An_address_that_another_program_listens_on_is_told()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        FreeAddresses.Require("http://127.0.0.1:0");

        foreach (var url in (string[])[$"http://127.0.0.1:{port}", $"http://localhost:{port}", $"http://*:{port}"])
        {
            var taken = Assert.Throws<UserException>(() => FreeAddresses.Require(url));
            Assert.Contains(
                $":{port} is taken: another program listens there; choose another port", taken.Message, StringComparison.Ordinal);
        }
        other.Stop();
        FreeAddresses.Require($"http://127.0.0.1:{port}");
    }
}
