using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>
/// Tracks the stores that are unavailable and waits for them. The beginning and the end of an outage are logged once; readiness
/// reports the outages.
/// </summary>
/// <param name="time">Clock of the retries.</param>
/// <param name="options">Sets the delay before the first retry.</param>
/// <param name="logger">Receives the beginning and the end of outages.</param>
public sealed partial class StoreOutages(TimeProvider time, ServiceOptions options, ILogger<StoreOutages> logger)
{
    private static readonly TimeSpan s_maxDelay = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (string Reason, long Since)> _outages = new(StringComparer.Ordinal);

    private readonly ResiliencePipeline _retry = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(
        new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = options.RetryDelay,
            MaxDelay = s_maxDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<UnavailableException>(),
        }).Build();

    /// <summary>Whether to wait, as services do; false: an outage is passed on, and ends the command that met it.</summary>
    public bool Waits { get; init; } = true;

    /// <summary>Why each unavailable store cannot be used, in one line each.</summary>
    public IEnumerable<string> Reasons => _outages.Values.Select(outage => outage.Reason);

    /// <summary>
    /// Runs an action that needs stores, and repeats it while a store is unavailable, with a delay that grows to 10 seconds.
    /// </summary>
    /// <param name="act">The action; it must be safe to repeat.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">Stopped while a store is unavailable.</exception>
    public async ValueTask WaitAsync(Func<ValueTask> act, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (!Waits)
        {
            await act();
            return;
        }
        var missed = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await _retry.ExecuteAsync(async _ =>
            {
                try
                {
                    await act();
                }
                catch (UnavailableException error) when (stop.IsCancellationRequested)
                {
                    throw new OperationCanceledException(error.Message, error, stop);
                }
                catch (UnavailableException error)
                {
                    missed.Add(error.Obstacle);
                    Begin(error);
                    throw;
                }
                // One attempt, even if already stopped.
            }, stop.IsCancellationRequested ? CancellationToken.None : stop);
        }
        finally
        {
            if (!stop.IsCancellationRequested)
                foreach (var store in missed)
                    End(store);
        }
    }

    /// <summary>Records that a store is unavailable, or a setting is wrong.</summary>
    internal void Begin(UnavailableException error)
    {
        if (!_outages.TryAdd(error.Obstacle, (error.Message, time.GetTimestamp())))
            return;
        if (error is WrongSettingException)
            LogWrong(error.Message);
        else
            LogAway(error.Message);
    }

    /// <summary>Records that a store is available again.</summary>
    internal void End(string store)
    {
        if (!_outages.TryRemove(store, out var outage))
            return;
        var away = time.GetElapsedTime(outage.Since);
        LogBack(store, away);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a store is away: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "a setting is wrong, work waits: {Reason}")]
    private partial void LogWrong(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Store} is back after {Away}")]
    private partial void LogBack(string store, TimeSpan away);
}
