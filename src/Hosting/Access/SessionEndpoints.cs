using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace TcMgc.Hosting.Access;

/// <summary>How the page signs in: it trades a key for a cookie that scripts cannot read.</summary>
internal static class SessionEndpoints
{
    private const string Path = "/api/session";

    /// <summary>What a client may do.</summary>
    /// <param name="KeyNeeded">Whether requests need a key.</param>
    /// <param name="Name">What the key in use is called; null without one.</param>
    /// <param name="Scopes">What may be done: all of it where no key is needed.</param>
    private sealed record Session(bool KeyNeeded, string? Name, IReadOnlyList<string> Scopes);

    private sealed record SignIn([property: Description("A key that 'tcmgc keys add' made.")] string Key);

    public static void Map(IEndpointRouteBuilder app, bool keyNeeded)
    {
        app.MapGet(Path, (HttpContext http) => Of(http.User, keyNeeded))
            .AllowAnonymous().WithName("GetSession").WithSummary("What this client may do");
        app.MapPost(Path, Results<Ok<Session>, ProblemHttpResult> (SignIn given, KeyFile keys, HttpContext http) =>
        {
            if (keys.Find(given.Key.Trim()) is not { } key)
                return Problems.Of(StatusCodes.Status401Unauthorized, "key", "this key is not valid");
            http.Response.Cookies.Append(KeyAuthentication.Cookie, given.Key.Trim(), Options(http));
            return TypedResults.Ok(new Session(keyNeeded, key.Name, key.Scopes));
        }).AllowAnonymous().WithName("SignIn").WithSummary("Sign in with a key")
            .WithDescription("Sets a cookie (HttpOnly, SameSite=Strict) for the page. Programs send the key with each request instead: "
                + "'Authorization: Bearer KEY'.").ProducesProblem(StatusCodes.Status401Unauthorized);
        app.MapDelete(Path, (HttpContext http) =>
        {
            http.Response.Cookies.Delete(KeyAuthentication.Cookie, Options(http));
            return TypedResults.NoContent();
        }).AllowAnonymous().WithName("SignOut").WithSummary("Sign out");
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
