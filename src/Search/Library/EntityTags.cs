using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using TcMgc.Hosting;

namespace TcMgc.Search.Library;

/// <summary>Entity tags of what is told as JSON (RFC 9110): a client is sent only what it does not know, and changes only what it has seen.</summary>
internal static class EntityTags
{
    /// <summary>The tag of what a client is told; also set on the answer.</summary>
    public static EntityTagHeaderValue Set<T>(HttpContext http, T told)
    {
        var tag = Of(told);
        http.Response.Headers.ETag = tag.ToString();
        http.Response.Headers.CacheControl = "no-cache"; // Asked for again each time, and answered with 304 until it changes.
        return tag;
    }

    /// <summary>True where the client has it already (<c>If-None-Match</c>).</summary>
    public static bool IsKnown<T>(HttpContext http, T told)
    {
        var tag = Set(http, told);
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }

    /// <summary>The problem that the client wants to change what has changed since it saw it (<c>If-Match</c>); null where it may.</summary>
    public static ProblemHttpResult? Problem<T>(HttpContext http, T current)
    {
        var seen = http.Request.Headers.IfMatch.Count > 0;
        return !seen || http.Request.GetTypedHeaders().IfMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(Of(current), useStrongComparison: true))
            ? null
            : Problems.Of(StatusCodes.Status412PreconditionFailed, "changed", "it has changed since the If-Match tag was given; get it again");
    }

    private static EntityTagHeaderValue Of<T>(T told) => new($"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(told)))[..16]}\"");
}
