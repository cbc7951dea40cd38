using System.Net;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;

namespace TcMgc.Hosting.Access;

/// <summary>The addresses of <c>Urls</c>: who can reach them, and by which names.</summary>
internal sealed record ListeningOn(bool LoopbackOnly, bool AllInterfaces, IReadOnlyList<string> Hosts)
{
    private static readonly string[] s_loopback = ["localhost", "127.0.0.1", "[::1]"];

    /// <exception cref="UserException">One is no address to listen on.</exception>
    public static ListeningOn Read(string urls)
    {
        var addresses = Addresses(urls);
        return new(addresses.All(address => address.IsLoopback), addresses.Any(IsAll),
            [.. s_loopback.Union(addresses.Where(address => !IsAll(address)).Select(address => address.Host))]);
    }

    /// <summary>The addresses, where a star for all interfaces is <c>0.0.0.0</c>.</summary>
    /// <exception cref="UserException">One is no address to listen on.</exception>
    public static Uri[] Addresses(string urls) =>
        [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    private static bool IsAll(Uri address) =>
        IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)
        && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));

    private static Uri Parse(string url)
    {
        // Kestrel's names for all interfaces are no hosts to Uri.
        var readable = url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal)
            .Replace("//+", "//0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(readable, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new UserException(
                $"Urls has '{Secrets.HideIn(url)}'; it must be addresses such as http://127.0.0.1:8080, joined by semicolons");
        // Of any other name Kestrel would take all interfaces.
        return address.Host == "localhost" || IPAddress.TryParse(address.Host.Trim('[', ']'), out _) ? address
            : throw new UserException($"Urls has '{Secrets.HideIn(url)}'; its host must be localhost or an address of this "
                + "machine, such as 127.0.0.1");
    }
}
