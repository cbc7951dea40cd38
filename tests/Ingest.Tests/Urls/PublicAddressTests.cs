using System.Net;
using System.Net.NetworkInformation;
using TcMgc.Ingest.Urls;

namespace TcMgc.Ingest.Tests.Urls;

public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("203.0.113.7")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1")] // Mapped.
    [InlineData("::127.0.0.1")] // Compatible.
    [InlineData("64:ff9b::a00:1")] // NAT64 of 10.0.0.1.
    [InlineData("64:ff9b:1::a00:1")] // NAT64 of a network.
    [InlineData("2002:7f00:1::1")] // 6to4 of 127.0.0.1.
    [InlineData("2001:0:4136:e378:8000:63bf:80ff:fffe")] // Teredo of 127.0.0.1.
    [InlineData("2001:db8::1")]
    [InlineData("100::1")]
    public void Addresses_that_lead_into_this_machine_or_a_network_are_refused(string address) =>
        Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2a00:1450:4001:81b::200e")]
    public void Addresses_of_the_Internet_are_not(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public void The_addresses_of_this_machine_are_refused_whatever_they_are() =>
        Assert.All(NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses),
            one => Assert.False(PublicAddress.Is(one.Address)));
}
