using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using TcMgc.Shared;

namespace TcMgc.Hosting.Access;

/// <summary>
/// Decides which collection a request is about, before its endpoint: that of its key or token, and where neither is used the one
/// that it names. <see cref="CollectionCatalog"/> hands it to the endpoint.
/// </summary>
internal sealed class CollectionAccess(RequestDelegate next, AccessOptions options)
{
    /// <summary>Name of the header by which a request names a collection.</summary>
    public const string Header = "Tcmgc-Collection";

    /// <summary>Name of the query's part that does the same, for what a browser fetches by itself.</summary>
    public const string Query = "collection";

    public Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
            return next(http);
        if (Problem(http, out var collection) is { } problem)
            return problem.ExecuteAsync(http);
        http.Features.Set(new Decided(collection));
        return next(http);
    }

    /// <summary>The collection that a request is about.</summary>
    public static CollectionId Of(HttpContext http) => http.Features.Get<Decided>()?.Collection
        ?? throw new InvalidOperationException($"{http.Request.Path} is about no collection");

    private ProblemHttpResult? Problem(HttpContext http, out CollectionId collection)
    {
        var named = $"{http.Request.Headers[Header]}" is { Length: > 0 } header ? header : $"{http.Request.Query[Query]}";
        collection = default;
        if (named.Length > 0 && !CollectionId.TryParse(named, out collection))
            return Problems.Of(StatusCodes.Status400BadRequest, "request", $"'{named}' {CollectionId.WrongForm}");
        if (http.User.Identity is not { IsAuthenticated: true })
            return null;
        if (Own(http.User) is not { } own)
            return Problems.Of(StatusCodes.Status403Forbidden, "collection",
                $"the token's claim {options.CollectionClaim} names no collection, or several");
        if (named.Length > 0 && collection != own)
            return Problems.Of(StatusCodes.Status403Forbidden, "collection", $"this key or token is not for '{collection}'");
        collection = own;
        return null;
    }

    /// <summary>The collection of a key or token; null where it names none that there can be.</summary>
    private CollectionId? Own(ClaimsPrincipal user) =>
        user.FindAll(options.CollectionClaim).Select(claim => claim.Value).ToList() switch
        {
            [] => CollectionId.Default,
            [var name] when CollectionId.TryParse(name, out var collection) => collection,
            _ => null,
        };

    private sealed record Decided(CollectionId Collection);
}
