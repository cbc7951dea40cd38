using System.Net;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace TcMgc.Stores.Tests.Qdrant.StandIn;

/// <summary>A gRPC server of this process that answers the calls which the adapter makes as Qdrant does, in memory.</summary>
internal sealed class QdrantStandIn : IAsyncDisposable
{
    private readonly StandInCollections _collections = new();
    private readonly List<IMessage> _asked = [];
    private WebApplication _app = null!;
    private int _requests;

    public string Url { get; private set; } = "";

    /// <summary>Where set, requests without it are refused.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Sees each request first; true: it has answered it.</summary>
    public Func<HttpContext, Task<bool>>? Before { get; set; }

    /// <summary>Requests so far, those of the health service left out.</summary>
    public int Requests => _requests;

    /// <summary>What was asked so far, in order.</summary>
    public IReadOnlyList<IMessage> Asked
    {
        get
        {
            lock (_asked)
                return [.. _asked];
        }
    }

    public IReadOnlyCollection<string> Collections => _collections.Names;

    public static async Task<QdrantStandIn> StartAsync(int port = 0, X509Certificate2? certificate = null)
    {
        var standIn = new QdrantStandIn();
        await standIn.ListenAsync(port, certificate);
        return standIn;
    }

    /// <summary>Goes away, as a server that is killed: connections break.</summary>
    public async Task StopAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    /// <summary>Comes back where it was, with what it held.</summary>
    public Task RestartAsync() => ListenAsync(new Uri(Url).Port, null);

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>An answer that is a status alone.</summary>
    public static Task FailAsync(HttpContext context, StatusCode status, string detail)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = $"{(int)status}";
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(detail);
        return Task.CompletedTask;
    }

    private async Task ListenAsync(int port, X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });
        var health = new HealthServiceImpl();
        health.SetStatus("", HealthCheckResponse.Types.ServingStatus.Serving);
        builder.Services.AddRouting()
            .AddSingleton(health).AddSingleton(new CollectionsService(_collections, Note)).AddSingleton(
                new PointsService(_collections, Note))
            .AddSingleton<IServiceMethodProvider<CollectionsService>, CollectionsService.Methods>()
            .AddSingleton<IServiceMethodProvider<PointsService>, PointsService.Methods>()
            .AddGrpc(options => (options.MaxReceiveMessageSize, options.MaxSendMessageSize) = (null, null));
        _app = builder.Build();
        _app.Use(GuardAsync);
        _app.UseRouting();
        _app.MapGrpcService<CollectionsService>();
        _app.MapGrpcService<PointsService>();
        _app.MapGrpcService<HealthServiceImpl>();
        await _app.StartAsync();
        Url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var isHealth = context.Request.Path.StartsWithSegments("/grpc.health.v1.Health", StringComparison.Ordinal);
        if (!isHealth)
            Interlocked.Increment(ref _requests);
        if (Before is { } before && await before(context))
            return;
        if (!isHealth && ApiKey is { } key && context.Request.Headers["api-key"] != key)
            await FailAsync(context, StatusCode.Unauthenticated, "Invalid API key or JWT");
        else
            await next(context);
    }

    private void Note(IMessage message)
    {
        lock (_asked)
            _asked.Add(message);
    }
}
