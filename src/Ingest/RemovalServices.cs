using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Hosting;

namespace TcMgc.Ingest;

/// <summary>Gives a service the worker that deletes what is stored of removed videos; the stores are the host's.</summary>
public static class RemovalServices
{
    /// <summary>Runs a <see cref="RemovalWorker"/>.</summary>
    public static WebApplicationBuilder AddRemoval(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services
            .AddSingleton<RemovalWorker>()
            .AddWorker("removal", services => stop =>
                services.GetRequiredService<RemovalWorker>().RunAsync(services.GetRequiredService<EventConsumer>(), stop));
        return builder;
    }
}
