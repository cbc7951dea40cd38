using System.Net;
using System.Net.Sockets;

namespace TcMgc.Ingest.Uploads;

/// <summary>
/// Fetches URLs that clients give. A host name is resolved once, and the checked address is the one that is connected to: neither
/// a name nor a redirect leads into this machine or its network unless the options allow it.
/// </summary>
internal sealed class UrlSource : IDisposable
{
    private const int MostRedirects = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;

    public UrlSource(UploadOptions options) => _http = new(new SocketsHttpHandler
    {
        ConnectCallback = (context, cancel) => ConnectAsync(context.DnsEndPoint, options.FromPrivateNetworks, cancel),
        ConnectTimeout = s_patience,
        MaxAutomaticRedirections = MostRedirects,
        UseProxy = false,
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // A video may take hours; the client's connection bounds it.
    };

    /// <summary>The response, once its headers have arrived.</summary>
    /// <exception cref="HttpRequestException">It cannot be reached, may not be reached, or answers with an error.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri url, CancellationToken cancel)
    {
        var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancel);
        try
        {
            return response.EnsureSuccessStatusCode();
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Whether an address belongs to this machine or to a network that the Internet does not reach.</summary>
    internal static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return IsPrivate(address.MapToIPv4());
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal
                || address.IsIPv6SiteLocal || address.IsIPv6Multicast || address.Equals(IPAddress.IPv6Any);
        return address.GetAddressBytes() switch
        {
            [0 or 10 or 127, ..] or [169, 254, ..] or [192, 168, ..] or [192, 0, 0, _] or [>= 224, ..] => true,
            [172, >= 16 and <= 31, ..] or [100, >= 64 and <= 127, ..] or [198, 18 or 19, ..] => true,
            _ => false,
        };
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, bool allowsPrivate, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(to.Host, cancel);
        if (!allowsPrivate)
            addresses = [.. addresses.Where(address => !IsPrivate(address))];
        if (addresses.Length == 0)
            throw new HttpRequestException($"{to.Host} is not an address of the Internet");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
