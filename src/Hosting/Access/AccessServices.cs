using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;
using TcMgc.Stores;

namespace TcMgc.Hosting.Access;

/// <summary>Keeps out who may not use a service: hosts, origins, keys, tokens, and headers that tell browsers to help.</summary>
internal static class AccessServices
{
    /// <summary>What any answer says unless its endpoint says more: nothing of it runs, and nothing frames it.</summary>
    private const string Policy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The rules of this service, as its settings and addresses make them.</summary>
    private sealed record Rules(bool NeedKeys, bool AcceptTokens, string Urls, IReadOnlySet<string> Origins);

    /// <summary>Reads the settings and registers authentication and authorization.</summary>
    /// <exception cref="UserException">A setting is wrong.</exception>
    public static void AddAccess(this WebApplicationBuilder builder, ServiceOptions service)
    {
        var options = Settings.Read<AccessOptions>(builder.Configuration, AccessOptions.Section);
        var listening = ListeningOn.Read(service.Urls);
        var keys = new KeyFile(
            options.KeysFile ?? Path.Combine(Settings.Read<StorageOptions>(builder.Configuration).Data, KeyFile.Name));
        var needKeys = options.Keys == KeyUse.Always || options.Keys == KeyUse.Auto && !listening.LoopbackOnly;
        if (options.Authority is not null && options.Audience is null)
            throw new UserException("Access:Audience is not set; it must name for whom the tokens of Access:Authority are made");
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter>(new HeadersFirst()));
        builder.Services
            .AddSingleton(options)
            .AddSingleton(keys)
            .AddSingleton<AllCollections>()
            .AddSingleton(new Rules(
                needKeys, options.Authority is not null, service.Urls,
                Split(options.Origins).ToHashSet(StringComparer.OrdinalIgnoreCase)))
            .Configure<HostFilteringOptions>(hosts =>
                (hosts.AllowedHosts, hosts.IncludeFailureMessage) = (HostsOf(options, listening, needKeys), false))
            .AddCors(cors => cors.AddDefaultPolicy(policy => policy.WithOrigins([.. Split(options.Origins)])
                .AllowAnyHeader().AllowAnyMethod().WithExposedHeaders("*")));
        AddAuthentication(builder.Services, options);
        builder.Logging.AddFilter(typeof(KeyAuthentication).FullName, LogLevel.Warning);
        builder.Services.AddAuthorization(authorization =>
        {
            foreach (var scope in Scopes.All)
                authorization.AddPolicy(scope, policy => Demand(policy, scope, needKeys));
            // What names no scope needs the highest.
            authorization.FallbackPolicy = Demand(new(), Scopes.Admin, needKeys).Build();
        });
    }

    /// <summary>Checks each request in the order in which it costs: host, origin, key, limits, scope.</summary>
    /// <exception cref="UserException">Requests need a key, and there is none.</exception>
    public static void UseAccess(this WebApplication app)
    {
        var (rules, keys) = (app.Services.GetRequiredService<Rules>(), app.Services.GetRequiredService<KeyFile>());
        if (rules.NeedKeys && !rules.AcceptTokens && !keys.Keys.Any(key => key.Revoked is null))
            throw new UserException(
                $"Urls: requests to {rules.Urls} need a key, and {keys.Path} holds none: make one with 'tcmgc keys add NAME', "
                    + "or let everyone in with --insecure (Access:Keys never)");
        app.UseRouting(); // What the builder puts before it has checked the host.
        if (rules.Origins.Count > 0)
            app.UseCors();
        app.UseMiddleware<CrossSiteGuard>(rules.Origins);
        app.UseAuthentication();
        app.UseRateLimiter(); // After it is known whose request it is, and before anything is done for it.
        app.UseAuthorization();
        app.UseMiddleware<CollectionAccess>();
        SessionEndpoints.Map(app, rules.NeedKeys);
    }

    /// <summary>
    /// The core of ASP.NET's authentication. What <c>AddAuthentication</c> adds to it writes keys into the user's home.
    /// </summary>
    private static void AddAuthentication(IServiceCollection services, AccessOptions options)
    {
        var authentication = new AuthenticationBuilder(services
            .AddAuthenticationCore(schemes => schemes.DefaultScheme = KeyAuthentication.SchemeName).AddWebEncoders()
            .AddSingleton<IAuthenticationConfigurationProvider>(new NoConfiguration()));
        authentication.AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.SchemeName, scheme =>
            scheme.ForwardDefaultSelector = http => options.Authority is not null
                && http.Request.Headers.Authorization.Count > 0 && KeyAuthentication.KeyOf(http.Request) is null
                ? JwtBearerDefaults.AuthenticationScheme : null);
        if (options.Authority is not null)
            authentication.AddJwtBearer(tokens => TokenAuthentication.Configure(tokens, options));
    }

    /// <summary>Schemes are set by <see cref="AccessOptions"/> and by nothing else.</summary>
    private sealed class NoConfiguration : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();
    }

    private static AuthorizationPolicyBuilder Demand(AuthorizationPolicyBuilder policy, string scope, bool needKeys) =>
        needKeys
            ? policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.Claims.Any(claim =>
                claim.Type is KeyAuthentication.ScopeClaim or "scp" && claim.Value.Split(' ').Contains(scope)))
            : policy.RequireAssertion(_ => true);

    private static string[] HostsOf(AccessOptions options, ListeningOn listening, bool needKeys) => options.Hosts switch
    {
        { Length: > 0 } hosts => Split(hosts),
        _ when listening.AllInterfaces && needKeys => ["*"],
        _ when listening.AllInterfaces => [.. listening.Hosts, .. OwnNames()],
        _ => [.. listening.Hosts],
    };

    /// <summary>The machine's name and addresses.</summary>
    private static IEnumerable<string> OwnNames() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Select(one => new IPAddress(one.Address.GetAddressBytes())) // Without the scope of a link-local one.
            .Select(address => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}")
            .Prepend(Dns.GetHostName());

    /// <summary>
    /// Gives every answer its headers, and a refusal its problem, also that to a foreign host, which the builder's own filter
    /// refuses.
    /// </summary>
    private sealed class HeadersFirst : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, following) =>
            {
                http.Response.OnStarting(AddHeaders, http.Response);
                return following(http);
            });
            app.UseStatusCodePages();
            next(app);
        };

        private static Task AddHeaders(object response)
        {
            var headers = ((HttpResponse)response).Headers;
            if (headers.ContentSecurityPolicy.Count == 0)
                headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            return Task.CompletedTask;
        }
    }

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
