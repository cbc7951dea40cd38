using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;
using TcMgc.Ingest.Uploads;

namespace TcMgc.Ingest.Urls;

/// <summary>
/// Fetches URLs that clients give. A host name is resolved once, and the checked address is the one that is connected to: neither
/// a name nor a redirect leads into this machine or its network unless the options allow it.
/// </summary>
internal sealed class UrlSource : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpClient _http;
    private readonly UrlOptions _options;
    private readonly string[] _ownNames;
    private readonly TimeProvider _time;

    /// <param name="options">The patience with servers.</param>
    /// <param name="uploads">Whether this machine and its network may be reached.</param>
    /// <param name="hosts">The names of this service.</param>
    /// <param name="time">Clock of the patience.</param>
    public UrlSource(UrlOptions options, UploadOptions uploads, IOptions<HostFilteringOptions> hosts, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _ownNames = uploads.FromPrivateNetworks ? []
            : [Dns.GetHostName(), .. hosts.Value.AllowedHosts.Where(name => name != "*")];
        _http = new(new SocketsHttpHandler
        {
            ConnectCallback = (context, cancel) => ConnectAsync(context.DnsEndPoint, uploads.FromPrivateNetworks, cancel),
            ConnectTimeout = options.ConnectTimeout,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // A video may take hours: headers and rate have limits of their own.
        };
    }

    /// <summary>The response, once its headers have arrived.</summary>
    /// <exception cref="HttpRequestException">
    /// It cannot be reached in time, may not be reached, or answers with an error.
    /// </exception>
    public async Task<HttpResponseMessage> GetAsync(Uri url, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(_options.HeaderTimeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            for (var redirects = 0; redirects <= MostRedirects; redirects++)
            {
                ThrowIfOwn(url);
                var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                if (response.IsSuccessStatusCode)
                    return response;
                using (response)
                    url = Redirected(url, response) ?? throw new HttpRequestException(
                        $"the server answers {(int)response.StatusCode}");
            }
            throw new HttpRequestException($"the server redirects more than {MostRedirects} times");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new HttpRequestException($"the server did not answer within {_options.HeaderTimeout.TotalSeconds:0.#} s");
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException((error.InnerException ?? error).Message, error);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or NotSupportedException
            or InvalidOperationException)
        {
            throw new HttpRequestException($"it is no address that can be asked ({error.Message})", error);
        }
    }

    /// <summary>The body of a response; it fails with an <see cref="IOException"/> where it comes too slowly.</summary>
    public async Task<Stream> OpenAsync(HttpResponseMessage response, CancellationToken cancel) => new PacedStream(
        await response.Content.ReadAsStreamAsync(cancel),
        (long)(_options.LeastBytesPerSecond * _options.RateWindow.TotalSeconds), _options.RateWindow, _time);

    public void Dispose() => _http.Dispose();

    /// <summary>Where a response redirects to; null where it does not.</summary>
    private static Uri? Redirected(Uri from, HttpResponseMessage response)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location
            || !Uri.TryCreate(from, location, out var to))
            return null;
        return to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp) ? to
            : throw new HttpRequestException($"the server redirects from {from.Scheme} to {to.Scheme}");
    }

    private void ThrowIfOwn(Uri url)
    {
        if (Array.Exists(_ownNames, name => IsNamed(url.Host.TrimEnd('.'), name)))
            throw new HttpRequestException($"{url.Host} is a name of this service");
    }

    private static bool IsNamed(string host, string name) => name.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase)
        : host.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, bool allowsPrivate, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(to.Host, cancel);
        if (!allowsPrivate)
            addresses = [.. addresses.Where(PublicAddress.Is)];
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
