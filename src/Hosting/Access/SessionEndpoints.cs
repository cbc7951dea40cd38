using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace TcMgc.Hosting.Access;

/// <summary>How the page signs in: it trades a key for a cookie that scripts cannot read.</summary>
internal static class SessionEndpoints
{
    private const string Path = "/api/v1/session";

    /// <summary>What a client may do.</summary>
    /// <param name="KeyNeeded">Whether requests need a key.</param>
    /// <param name="Name">What the key in use is called; null without one.</param>
    /// <param name="Scopes">What may be done: all of it where no key is needed.</param>
    private sealed record Session(bool KeyNeeded, string? Name, IReadOnlyList<string> Scopes);

    private sealed record SignIn(string Key);

    public static void Map(IEndpointRouteBuilder app, bool keyNeeded)
    {
        var session = app.MapGroup(Path).AllowAnonymous().ExcludeFromDescription(); // Of the page; programs send their key.
        session.MapGet("", (HttpContext http) => Of(http.User, keyNeeded));
        session.MapPost("", Results<Ok<Session>, ProblemHttpResult> (SignIn given, KeyFile keys, HttpContext http) =>
        {
            if (keys.Find(given.Key.Trim()) is not { } key)
                return Problems.Of(StatusCodes.Status401Unauthorized, "key", "this key is not valid");
            http.Response.Cookies.Append(KeyAuthentication.Cookie, given.Key.Trim(), Options(http));
            return TypedResults.Ok(new Session(keyNeeded, key.Name, key.Scopes));
        });
        session.MapDelete("", (HttpContext http) =>
        {
            http.Response.Cookies.Delete(KeyAuthentication.Cookie, Options(http));
            return TypedResults.NoContent();
        });
    }

    private static Session Of(ClaimsPrincipal user, bool keyNeeded) => new(keyNeeded, user.Identity?.Name, keyNeeded
        ? [.. user.FindAll(KeyAuthentication.ScopeClaim).Select(claim => claim.Value)]
        : Scopes.All);

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = "/",
        IsEssential = true,
    };
}
