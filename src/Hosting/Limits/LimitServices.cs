using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;

namespace TcMgc.Hosting.Limits;

/// <summary>Gives a service its limits, which ASP.NET's middleware enforces.</summary>
internal static class LimitServices
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="UserException">A setting is wrong.</exception>
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        var options = Settings.Read<LimitOptions>(builder.Configuration, LimitOptions.Section);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxConcurrentConnections = options.Connections);
        builder.Services
            .AddSingleton(options)
            .AddSingleton<RequestLimits>()
            .AddRateLimiter(limiter => limiter.OnRejected = async (rejected, _) =>
                await RequestLimits.Problem(rejected.HttpContext, rejected.Lease).ExecuteAsync(rejected.HttpContext))
            .AddOptions<RateLimiterOptions>()
            .Configure<RequestLimits>((limiter, limits) => limiter.GlobalLimiter = limits.Requests);
    }
}
