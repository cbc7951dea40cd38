using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>Runs one worker for as long as its host; a worker that fails stops the host.</summary>
internal sealed partial class WorkerService(string name, Func<CancellationToken, Task> run, WorkerFailure failure,
    IHostApplicationLifetime host, ILogger<WorkerService> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LogStarted(name);
        try
        {
            await Task.Run(() => run(stoppingToken), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
#pragma warning disable CA1031 // Whatever it is, the program ends with it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(name, error is UserException ? null : error, error.Message);
            failure.Set(error);
            host.StopApplication();
        }
        LogEnded(name);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Worker} started")]
    private partial void LogStarted(string worker);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Worker} ended")]
    private partial void LogEnded(string worker);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Worker} failed: {Reason}")]
    private partial void LogFailed(string worker, Exception? error, string reason);
}

/// <summary>Registers workers.</summary>
public static class WorkerServices
{
    /// <summary>Runs a worker for as long as the host.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The worker's name in logs.</param>
    /// <param name="worker">Makes the function that runs until its token is cancelled.</param>
    public static IServiceCollection AddWorker(
        this IServiceCollection services, string name, Func<IServiceProvider, Func<CancellationToken, Task>> worker) =>
        services.AddSingleton<IHostedService>(provider => new WorkerService(name, worker(provider),
            provider.GetRequiredService<WorkerFailure>(), provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<ILogger<WorkerService>>()));

    /// <summary>
    /// As <see cref="AddWorker"/>, for a worker that relies on the catalog: it starts when the catalog has caught up.
    /// </summary>
    /// <inheritdoc cref="AddWorker"/>
    public static IServiceCollection AddCatalogWorker(
        this IServiceCollection services, string name, Func<IServiceProvider, Func<CancellationToken, Task>> worker) =>
        services.AddWorker(name, provider =>
        {
            var run = worker(provider);
            return async stop =>
            {
                await provider.GetRequiredService<CatalogWorker>().CaughtUp.WaitAsync(stop);
                await run(stop);
            };
        });
}
