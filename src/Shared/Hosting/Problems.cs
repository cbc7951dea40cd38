using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace TcMgc.Shared.Hosting;

/// <summary>Problem details (RFC 9457) whose <c>type</c> is stable: programs tell them apart by it.</summary>
public static class Problems
{
    private const string Prefix = "urn:tcmgc:problem:";

    /// <summary>The URI of a kind of problem.</summary>
    /// <param name="kind">A word or some, joined by hyphens.</param>
    public static string Type(string kind) => Prefix + kind;

    /// <summary>A request that cannot be answered.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="kind">What <see cref="Type"/> names.</param>
    /// <param name="detail">One line: what is wrong and what to do.</param>
    public static ProblemHttpResult Of(int status, string kind, string detail) =>
        TypedResults.Problem(detail, statusCode: status, type: Type(kind));
}
