using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;
using TcMgc.Hosting;

namespace TcMgc.Search.Page;

/// <summary>
/// <c>GET /</c>: the page for people, and below <c>/page</c> what it is made of; carried in the program, so that it works
/// wherever that does.
/// </summary>
internal static class PageEndpoints
{
    private const string Index = "index.html", Prefix = "page/";

    /// <summary>
    /// Nothing but what this service serves runs or is shown; <c>blob:</c> and <c>data:</c> are the browser's own.
    /// </summary>
    private const string Policy =
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        + "frame-ancestors 'none'; form-action 'self'";

    private static readonly Dictionary<string, Part> s_parts = Parts();

    private sealed record Part(byte[] Content, string Type, EntityTagHeaderValue Tag);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", (HttpResponse http) => Answer(Index, http)).ExcludeFromDescription();
        app.MapGet("/page/{name}", (string name, HttpResponse http) => Answer(name, http)).ExcludeFromDescription();
    }

    private static Results<FileContentHttpResult, ProblemHttpResult> Answer(string name, HttpResponse http)
    {
        if (!s_parts.TryGetValue(name, out var part))
            return Problems.Of(StatusCodes.Status404NotFound, "page-not-found", $"the page has no part '{name}'; it begins at /");
        http.Headers.ContentSecurityPolicy = Policy;
        http.Headers.XContentTypeOptions = "nosniff";
        http.Headers["Referrer-Policy"] = "no-referrer";
        http.Headers.CacheControl = "no-cache"; // Asked for again each time, and answered with 304 until the program is another.
        return TypedResults.Bytes(part.Content, part.Type, entityTag: part.Tag);
    }

    private static Dictionary<string, Part> Parts()
    {
        var (program, types) = (Assembly.GetExecutingAssembly(), new FileExtensionContentTypeProvider());
        return program.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[Prefix.Length..], name => Read(program, name, types), StringComparer.Ordinal);
    }

    private static Part Read(Assembly program, string name, FileExtensionContentTypeProvider types)
    {
        using var resource = program.GetManifestResourceStream(name)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        var type = types.TryGetContentType(name, out var known) ? known : "application/octet-stream";
        return new(content, type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type,
            new($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\""));
    }
}
