using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace TcMgc.Ingest.Urls;

/// <summary>Tells addresses of the Internet from those of this machine, of networks, and of what leads on to either.</summary>
internal static class PublicAddress
{
    /// <summary>Of IPv4: all that IANA's registry of special addresses does not call globally reachable.</summary>
    private static readonly IPNetwork[] s_special4 = Networks(
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 "
        + "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3");

    /// <summary>
    /// What is given out of IPv6. All beside it is refused: loopback, local and multicast addresses, and IPv4 in an IPv6 address,
    /// mapped, compatible or of NAT64.
    /// </summary>
    private static readonly IPNetwork s_global6 = IPNetwork.Parse("2000::/3");

    /// <summary>Of those: protocols (with Teredo), documentation, 6to4.</summary>
    private static readonly IPNetwork[] s_special6 = Networks("2001::/23 2001:db8::/32 2002::/16 3fff::/20");

    /// <summary>Whether an address is one of the Internet, and not of this machine.</summary>
    public static bool Is(IPAddress address) => IsGlobal(address) && !Own().Contains(address);

    /// <summary>Whether an address is one of the Internet.</summary>
    public static bool IsGlobal(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? !Array.Exists(s_special4, network => network.Contains(address))
        : s_global6.Contains(address) && !Array.Exists(s_special6, network => network.Contains(address));

    /// <summary>The addresses of this machine.</summary>
    private static IEnumerable<IPAddress> Own() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address);

    private static IPNetwork[] Networks(string list) => [.. list.Split(' ').Select(IPNetwork.Parse)];
}
