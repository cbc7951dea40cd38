using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TcMgc.Hosting;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it can work, or the reasons why not.</summary>
public static class HealthEndpoints
{
    private const string Live = "/healthz";
    private const string Ready = "/readyz";

    private sealed record Report(HealthStatus Status, IReadOnlyDictionary<string, Check> Checks);

    private sealed record Check(HealthStatus Status, string? Reason);

    /// <summary>Adds both endpoints, which answer 200 or 503.</summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks(Live, new() { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks(Ready, new() { ResponseWriter = WriteAsync }).AllowAnonymous();
        return app;
    }

    /// <summary>Whether a request is a health probe: probes come every few seconds and are not traced.</summary>
    internal static bool IsProbe(PathString path) => path == Live || path == Ready;

    private static Task WriteAsync(HttpContext http, HealthReport report) =>
        http.Response.WriteAsJsonAsync(
            new Report(report.Status, report.Entries.ToDictionary(
                entry => entry.Key, entry => new Check(entry.Value.Status, entry.Value.Description))),
            http.RequestAborted);
}
