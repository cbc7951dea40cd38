using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using TcMgc.Shared;

namespace TcMgc.Hosting.Access;

/// <summary>How the tokens of an OpenID Connect provider are checked, and what is answered where one does not open.</summary>
internal static class TokenAuthentication
{
    /// <summary>How long the provider may take to tell its keys.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    public static void Configure(JwtBearerOptions tokens, AccessOptions options)
    {
        (tokens.Authority, tokens.Audience, tokens.BackchannelTimeout) = (options.Authority, options.Audience, s_longest);
        tokens.MapInboundClaims = false;
        tokens.Events = new()
        {
            OnMessageReceived = KnowKeysAsync,
            OnChallenge = challenge =>
            {
                if (challenge.AuthenticateFailure is UnavailableException unavailable)
                    throw unavailable;
                challenge.HandleResponse(); // Its own answer has no body.
                challenge.Response.Headers.WWWAuthenticate = JwtBearerDefaults.AuthenticationScheme;
                return Problems.Of(StatusCodes.Status401Unauthorized, "token",
                    "this token is not valid here: it has expired, is made for another service, or is not of "
                        + options.Authority).ExecuteAsync(challenge.HttpContext);
            },
            OnForbidden = forbidden => Problems
                .Of(StatusCodes.Status403Forbidden, "scope", "this token's scopes do not allow it")
                .ExecuteAsync(forbidden.HttpContext),
        };
    }

    /// <summary>
    /// Fetches the provider's keys unless they are known. Without this, a provider that is down makes every token look forged.
    /// </summary>
    private static async Task KnowKeysAsync(MessageReceivedContext context)
    {
        try
        {
            await context.Options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted);
        }
        catch (InvalidOperationException error) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            var provider = context.Options.Authority!;
            context.Fail(new StoreUnavailableException(
                provider, $"the identity provider {provider} does not answer; try again later", error));
        }
    }
}
