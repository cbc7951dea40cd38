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

    /// <summary>A problem's type, or one for its status where it has none of <see cref="Type"/>.</summary>
    internal static string TypeOf(ProblemDetails problem) => problem switch
    {
        { Type: { } type } when type.StartsWith(Prefix, StringComparison.Ordinal) => type,
        { Status: StatusCodes.Status404NotFound } => Type("not-found"),
        { Status: StatusCodes.Status405MethodNotAllowed } => Type("method"),
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
