using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace TcMgc.Hosting.Access;

/// <summary>
/// Authenticates a request by its key: <c>Authorization: Bearer tcmgc_…</c> of a program, or the cookie of the page.
/// </summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyFile keys,
    AccessOptions access)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name, the cookie's, and that of the claim with a scope.</summary>
    public const string SchemeName = "key", Cookie = "tcmgc-key", ScopeClaim = "scope";

    private const string Bearer = "Bearer ";

    /// <summary>The key that a request presents; null for none.</summary>
    public static string? KeyOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && ApiKey.IsKey(header[Bearer.Length..].Trim()))
            return header[Bearer.Length..].Trim();
        return header.Length == 0 ? request.Cookies[Cookie] : null;
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (KeyOf(Request) is not { } text)
            return Task.FromResult(AuthenticateResult.NoResult());
        if (keys.Find(text) is not { } key)
            return Task.FromResult(AuthenticateResult.Fail("this key is not valid"));
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, key.Id), new(ClaimTypes.Name, key.Name),
                new(access.CollectionClaim, key.Collection.Name),
                .. key.Scopes.Select(scope => new Claim(ScopeClaim, scope))], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new(new(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        return Problems.Of(StatusCodes.Status401Unauthorized, "key",
            "this needs a valid key: send 'Authorization: Bearer KEY'; 'tcmgc keys add' makes one").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.Of(StatusCodes.Status403Forbidden, "scope", "this key's scopes do not allow it").ExecuteAsync(Context);
}
