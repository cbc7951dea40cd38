using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using TcMgc.Hosting;

namespace TcMgc.Search.Library;

/// <summary>
/// Entity tags of JSON answers (RFC 9110): a client is sent only what it does not have, and changes only what it has seen.
/// </summary>
internal static class EntityTags
{
    /// <summary>Says of an endpoint that its answer has a tag, and is not sent to a client that has it.</summary>
    public static RouteHandlerBuilder SendsChanges(this RouteHandlerBuilder endpoint) => endpoint
        .Produces(StatusCodes.Status304NotModified)
        .TakesHeader("If-None-Match", "Tags that the client has: what is as one of them says is not sent again.")
        .AnswersHeader(StatusCodes.Status200OK, "ETag", "The tag of what is sent.");

    /// <summary>Says of an endpoint that it changes only what the client has seen.</summary>
    public static RouteHandlerBuilder ChangesWhatWasSeen(this RouteHandlerBuilder endpoint) => endpoint
        .ProducesProblem(StatusCodes.Status412PreconditionFailed)
        .TakesHeader("If-Match", "The tag that the client has seen: what is another by now stays as it is.");

    /// <summary>Sets the tag of an answer.</summary>
    public static EntityTagHeaderValue Set<T>(HttpContext http, T answer)
    {
        var tag = Of(answer);
        http.Response.Headers.ETag = tag.ToString();
        http.Response.Headers.CacheControl = "no-cache"; // Asked for again each time, and answered with 304 until it changes.
        return tag;
    }

    /// <summary>True where the client has it already (<c>If-None-Match</c>).</summary>
    public static bool IsKnown<T>(HttpContext http, T answer)
    {
        var tag = Set(http, answer);
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(known =>
            known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }

    /// <summary>
    /// The problem that what the client wants to change has changed since it saw it (<c>If-Match</c>); null where it has not.
    /// </summary>
    public static ProblemHttpResult? Problem<T>(HttpContext http, T current)
    {
        var seen = http.Request.Headers.IfMatch.Count > 0;
        return !seen || http.Request.GetTypedHeaders().IfMatch.Any(tag =>
            tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(Of(current), useStrongComparison: true))
            ? null
            : Problems.Of(StatusCodes.Status412PreconditionFailed, "changed",
                "it has changed since the If-Match tag was given; get it again");
    }

    private static EntityTagHeaderValue Of<T>(T answer) =>
        new($"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(answer)))[..16]}\"");
}
