using Microsoft.AspNetCore.Http;

namespace TcMgc.Hosting.Access;

/// <summary>
/// Refuses what a page elsewhere makes a visitor's browser send: a request that changes something, from another origin. Browsers
/// say where a request comes from (Sec-Fetch-Site, Origin); programs do not, and are not refused.
/// </summary>
internal sealed class CrossSiteGuard(RequestDelegate next, IReadOnlySet<string> origins)
{
    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)
            || IsOwn(request))
            return next(http);
        return Problems.Of(StatusCodes.Status403Forbidden, "origin",
            "a page of another origin may not change anything here; the setting Access:Origins allows it to").ExecuteAsync(http);
    }

    private bool IsOwn(HttpRequest request)
    {
        var (origin, site) = (request.Headers.Origin.ToString(), request.Headers["Sec-Fetch-Site"].ToString());
        if (origin.Length > 0 && origins.Contains(origin))
            return true;
        if (site.Length > 0)
            return site is "same-origin" or "none";
        return origin.Length == 0
            || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}
