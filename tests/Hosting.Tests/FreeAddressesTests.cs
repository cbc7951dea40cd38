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

    // Kestrel would listen on every address for a name.
    [Theory]
    [InlineData("http://192.0.2.1:0", "192.0.2.1 is no address of this machine")]
    [InlineData("http://not.a.host:0", "its host must be localhost or an address of this machine")]
    [InlineData("http://999.1.1.1:0", "its host must be localhost or an address of this machine")]
    [InlineData("http://any:0", "its host must be localhost or an address of this machine")]
    public void An_address_that_is_not_of_this_machine_is_refused(string url, string reason)
    {
        var refused = Assert.Throws<UserException>(() => FreeAddresses.Require($"http://[::1]:0;http://+:0;{url}"));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }
}
