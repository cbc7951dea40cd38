using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace TcMgc.Hosting.Tests;

/// <summary>An OpenID Connect provider (OpenIddict) on https, which gives a program the scopes that it asks for.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    private const string For = "for", Collection = "tcmgc_collection"; // A parameter of this provider.
    private readonly WebApplication _app;

    private IdentityProvider(WebApplication app, X509Certificate2 certificate)
    {
        (_app, Url) = (app, app.Urls.Single());
        Trusting = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, shown, _, _) => certificate.Equals(shown),
        };
    }

    /// <summary>Its address, which names it in its tokens.</summary>
    public string Url { get; }

    /// <summary>Trusts its certificate.</summary>
    public HttpClientHandler Trusting { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="folder">For its certificate.</param>
    /// <param name="time">Dates its tokens.</param>
    public static async Task<IdentityProvider> StartAsync(string folder, TimeProvider time)
    {
        var keyStore = LoopbackCertificate.Create(folder).KeyStore;
        var certificate = X509Certificate2.CreateFromPemFile(keyStore, keyStore);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, on => on.UseHttps(certificate)));
        builder.Services.AddRouting().AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddOpenIddict().AddServer(server => server
            .EnableDegradedMode() // No database of clients: whoever asks is one.
            .AllowClientCredentialsFlow()
            .SetTokenEndpointUris("/token")
            .RegisterScopes("search", "upload", "admin")
            // Those that it would make itself take seconds.
            .AddSigningKey(new RsaSecurityKey(RSA.Create(2048)))
            .AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32))).DisableAccessTokenEncryption()
            .Configure(options => options.TimeProvider = time)
            .AddEventHandler<OpenIddictServerEvents.ValidateTokenRequestContext>(on => on.UseInlineHandler(_ => default))
            .AddEventHandler<OpenIddictServerEvents.HandleTokenRequestContext>(on => on.UseInlineHandler(GiveAsync))
            .UseAspNetCore());
        var app = builder.Build();
        app.UseAuthentication();
        await app.StartAsync();
        return new(app, certificate);
    }

    /// <summary>A token for a program.</summary>
    /// <param name="audience">For whom it is made.</param>
    /// <param name="scopes">What it may do, separated by spaces.</param>
    /// <param name="collection">The collection that it names; null: none.</param>
    public async Task<string> TokenAsync(string audience, string scopes, string? collection = null)
    {
        using var http = new HttpClient(Trusting, disposeHandler: false);
        using var answer = await http.PostAsync(new Uri($"{Url}/token"), new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                [Parameters.GrantType] = GrantTypes.ClientCredentials,
                [Parameters.ClientId] = "archive",
                [Parameters.ClientSecret] = "any",
                [Parameters.Scope] = scopes,
                [For] = audience,
                [Collection] = collection ?? "",
            }));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty(Parameters.AccessToken).GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Trusting.Dispose();
    }

    private static ValueTask GiveAsync(OpenIddictServerEvents.HandleTokenRequestContext context)
    {
        var identity = new ClaimsIdentity(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        identity.SetClaim(Claims.Subject, context.Request.ClientId).SetScopes(context.Request.GetScopes())
            .SetResources((string)context.Request.GetParameter(For)!);
        if ((string?)context.Request.GetParameter(Collection) is { Length: > 0 } collection)
            identity.SetClaim(Collection, collection).SetDestinations(_ => [Destinations.AccessToken]);
        context.SignIn(new ClaimsPrincipal(identity));
        return default;
    }
}
