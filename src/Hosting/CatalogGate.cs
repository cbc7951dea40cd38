using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace TcMgc.Hosting;

/// <summary>
/// Requests to <c>/api</c> wait until the service's catalog has caught up with the log, and are refused with 503 where that takes
/// too long: from half a catalog they would be answered wrongly.
/// </summary>
internal static class CatalogGate
{
    /// <summary>Guards a service that has a catalog.</summary>
    public static void Use(WebApplication app)
    {
        if (app.Services.GetService<CatalogWorker>() is { } catalog)
            app.Use(async (http, next) =>
            {
                if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
                    await catalog.WaitAsync(http.RequestAborted);
                await next(http);
            });
    }
}
