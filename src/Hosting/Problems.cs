using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace TcMgc.Hosting;

/// <summary>Problem details (RFC 9457) with a stable <c>type</c>, by which programs distinguish them.</summary>
public static class Problems
{
    private const string Prefix = "urn:tcmgc:problem:";

    /// <summary>The URI of a kind of problem.</summary>
    /// <param name="kind">One or more words, joined by hyphens.</param>
    public static string Type(string kind) => Prefix + kind;

    /// <summary>Gives a problem that the framework found its type, and its detail in words of the interface.</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        context.ProblemDetails.Type = TypeOf(context.ProblemDetails);
        context.ProblemDetails.Detail ??= DetailOf(context.ProblemDetails.Status, context.HttpContext);
    }

    private static string? DetailOf(int? status, HttpContext http) => status switch
    {
        StatusCodes.Status400BadRequest => // Of the framework's own only that of the filter of hosts says nothing.
            $"the service does not answer to the name '{http.Request.Host.Host}'; the setting Access:Hosts says to which it does",
        StatusCodes.Status404NotFound => $"there is nothing at {http.Request.Path}; /openapi.json lists what there is",
        StatusCodes.Status405MethodNotAllowed =>
            $"{http.Request.Path} does not take {http.Request.Method}; it takes {http.Response.Headers.Allow}",
        StatusCodes.Status412PreconditionFailed => "it is not as If-Match or If-Unmodified-Since says; get it again",
        StatusCodes.Status415UnsupportedMediaType =>
            $"{http.Request.Path} takes no body of the Content-Type '{http.Request.ContentType}'; /openapi.json says which",
        StatusCodes.Status416RangeNotSatisfiable => "the range lies past the end; Content-Range says how many bytes there are",
        _ => null,
    };

    /// <summary>A problem's type, or one for its status where it has none of <see cref="Type"/>.</summary>
    private static string TypeOf(ProblemDetails problem) => problem switch
    {
        { Type: { } type } when type.StartsWith(Prefix, StringComparison.Ordinal) => type,
        { Status: StatusCodes.Status404NotFound } => Type("not-found"),
        { Status: StatusCodes.Status405MethodNotAllowed } => Type("method"),
        { Status: StatusCodes.Status412PreconditionFailed } => Type("changed"),
        { Status: StatusCodes.Status416RangeNotSatisfiable } => Type("range"),
        { Status: >= StatusCodes.Status500InternalServerError } => Type("internal"),
        _ => Type("request"),
    };

    /// <summary>A request that cannot be answered.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="kind">Kind of problem, see <see cref="Type"/>.</param>
    /// <param name="detail">What is wrong and what to do, in one line.</param>
    public static ProblemHttpResult Of(int status, string kind, string detail) =>
        TypedResults.Problem(detail, statusCode: status, type: Type(kind));
}
