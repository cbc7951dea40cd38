using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace TcMgc.Hosting.Limits;

/// <summary>The limits of a service, and the answer to a request beyond them.</summary>
public sealed class RequestLimits : IAsyncDisposable
{
    /// <summary>What a client on this machine without a key may ask, compared with others.</summary>
    private const int Local = 100;

    /// <summary>Requests that wait for their turn, compared with those that have it.</summary>
    private const int Waiting = 8;

    /// <summary>Longest body of a search by text or segment, in bytes.</summary>
    private const int SmallBody = 1 << 16;

    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(2);

    private readonly LimitOptions _options;

    /// <param name="options">The limits.</param>
    public RequestLimits(LimitOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Requests = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, string>(OfClient),
            PartitionedRateLimiter.Create<HttpContext, string>(AtATime),
            PartitionedRateLimiter.Create<HttpContext, string>(InMemory));
        Images = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, string>(http => PerMinute(http, "images", _options.ImageSearches)),
            PartitionedRateLimiter.Create<HttpContext, string>(_ => Turns("images", _options.ImagesAtATime)));
    }

    /// <summary>What a request needs before it is read.</summary>
    internal PartitionedRateLimiter<HttpContext> Requests { get; }

    /// <summary>What a search needs besides before its image is decoded, until it is.</summary>
    public PartitionedRateLimiter<HttpContext> Images { get; }

    /// <summary>The answer to a request that was refused.</summary>
    /// <param name="http">The request; its answer gets a Retry-After.</param>
    /// <param name="refused">Says when to try again, where that is known.</param>
    public static ProblemHttpResult Problem(HttpContext http, RateLimitLease refused)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(refused);
        var isRate = refused.TryGetMetadata(MetadataName.RetryAfter, out var wait);
        var seconds = Math.Max(1, Math.Ceiling((isRate ? wait : s_soon).TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.RetryAfter = seconds;
        return Problems.Of(StatusCodes.Status429TooManyRequests, "too-many", isRate
            ? $"more requests than a client may send in a minute (Limits); try again in {seconds} s"
            : "as many such requests as this service takes at a time are under way (Limits); try again later");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Requests.DisposeAsync();
        await Images.DisposeAsync();
    }

    private RateLimitPartition<string> OfClient(HttpContext http) => LimitedEndpoints.WorkOf(http) switch
    {
        Work.Search => PerMinute(http, "searches", _options.Searches),
        Work.Upload or Work.Transcript => PerMinute(http, "uploads", _options.Uploads),
        Work.Follow => RateLimitPartition.GetConcurrencyLimiter(ClientOf(http).Name, client => new()
        {
            PermitLimit = _options.EventStreams * (ClientOf(http).IsLocal ? Local : 1),
        }),
        _ => None,
    };

    private RateLimitPartition<string> AtATime(HttpContext http) => LimitedEndpoints.WorkOf(http) switch
    {
        Work.Search => Turns("searches", _options.SearchesAtATime),
        Work.Picture => Turns("pictures", _options.Pictures),
        Work.Clip => Turns("clips", _options.ClipsAtATime),
        Work.Follow => RateLimitPartition.GetConcurrencyLimiter("streams",
            _ => new() { PermitLimit = 10 * _options.EventStreams }),
        _ => None,
    };

    private RateLimitPartition<string> InMemory(HttpContext http) => LimitedEndpoints.WorkOf(http) switch
    {
        Work.Transcript => Turns("bodies", _options.LargeBodies),
        Work.Search when http.Request.ContentLength is null or > SmallBody => Turns("bodies", _options.LargeBodies),
        _ => None,
    };

    private static RateLimitPartition<string> None => RateLimitPartition.GetNoLimiter("");

    private static RateLimitPartition<string> PerMinute(HttpContext http, string what, int limit)
    {
        var (client, isLocal) = ClientOf(http);
        var most = isLocal ? limit * Local : limit;
        return RateLimitPartition.GetTokenBucketLimiter($"{what} of {client}", _ => new()
        {
            TokenLimit = most,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / most,
        });
    }

    private static RateLimitPartition<string> Turns(string what, int most) => RateLimitPartition.GetConcurrencyLimiter(what,
        _ => new() { PermitLimit = most, QueueLimit = Waiting * most, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    private static (string Name, bool IsLocal) ClientOf(HttpContext http)
    {
        if (http.User.Identity is { IsAuthenticated: true } known)
            return ($"{known.AuthenticationType} {(http.User.FindFirst(ClaimTypes.NameIdentifier)
                ?? http.User.FindFirst("sub"))?.Value}", false);
        return http.Connection.RemoteIpAddress is { } address
            ? (NetworkOf(address), IPAddress.IsLoopback(address))
            : ("", true); // A socket of this machine.
    }

    /// <summary>One client has as many IPv6 addresses as it likes, in one network of 64 bits.</summary>
    private static string NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]]).ToString()
            : address.ToString();
    }
}
