using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>
/// Turns exceptions of requests into problem details (RFC 9457): bad requests, unavailable stores, and internal errors.
/// </summary>
internal sealed partial class ProblemHandler(IProblemDetailsService problems, ILogger<ProblemHandler> log) : IExceptionHandler
{
    private const int ClientClosed = StatusCodes.Status499ClientClosedRequest;
    private const string StoreSeconds = "5", QueueSeconds = "30";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = ClientClosed; // Only the log reads it.
            return true;
        }
        if (DiskFull.Is(exception))
            exception = DiskFull.Somewhere(exception);
        var problem = exception switch
        {
            BadHttpRequestException bad => Problem(bad.StatusCode, "request", BadRequestReason.Of(bad)),
            QueueFullException full => Problem(StatusCodes.Status503ServiceUnavailable, "queue-full", full.Message),
            QuotaException full => Problem(StatusCodes.Status403Forbidden, "quota", full.Message),
            UserException user => Problem(StatusCodes.Status503ServiceUnavailable, "unavailable", user.Message),
            _ => Problem(StatusCodes.Status500InternalServerError, "internal", null),
        };
        if (problem.Status >= StatusCodes.Status500InternalServerError)
            LogFailed(httpContext.Request.Method, httpContext.Request.Path, exception.Message,
                exception is UserException ? null : exception);
        if (exception is UnavailableException)
            httpContext.Response.Headers.RetryAfter = exception is QueueFullException ? QueueSeconds : StoreSeconds;
        httpContext.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem, Exception = exception });
    }

    private static ProblemDetails Problem(int status, string type, string? detail) =>
        new() { Status = status, Type = Problems.Type(type), Detail = detail };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed: {Reason}")]
    private partial void LogFailed(string method, string path, string reason, Exception? error);
}
