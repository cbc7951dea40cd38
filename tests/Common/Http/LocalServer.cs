using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace TcMgc.Tests.Common;

/// <summary>A web server of this process: what stands in for a service answers every request by one function.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LocalServer(WebApplication app) =>
        (_app, Url) = (app, app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Where it listens, or did.</summary>
    public string Url { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="answer">Answers a request.</param>
    /// <param name="port">Where; 0 takes a free one.</param>
    /// <param name="certificate">For TLS; null speaks without.</param>
    /// <param name="largestBody">Bytes of a request; null for the server's own default.</param>
    public static async Task<LocalServer> StartAsync(RequestDelegate answer, int port = 0, X509Certificate2? certificate = null, long? largestBody = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.Limits.MaxRequestBodySize = largestBody ?? options.Limits.MaxRequestBodySize;
            options.Listen(IPAddress.Loopback, port, listen =>
            {
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
