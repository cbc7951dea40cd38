using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>
/// The stores that are away at present, and the waiting for them. Whoever runs into one first tells the log; whoever reaches it
/// again first tells that too; readiness names them all the while.
/// </summary>
/// <param name="time">Paces the waiting.</param>
/// <param name="options">How soon to try again at first.</param>
/// <param name="logger">Told when an outage begins and when it ends.</param>
public sealed partial class StoreOutages(TimeProvider time, ServiceOptions options, ILogger<StoreOutages> logger)
{
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (string Reason, long Since)> _away = new(StringComparer.Ordinal);

    private readonly ResiliencePipeline _retry = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(
        new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = options.RetryDelay,
            MaxDelay = s_longestDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<StoreUnavailableException>(),
        }).Build();

    /// <summary>What each store that is away does not do, in one line.</summary>
    public IEnumerable<string> Reasons => _away.Values.Select(outage => outage.Reason);

    /// <summary>
    /// Does what needs stores, as often as it takes while one of them is away, later and later up to 10 seconds.
    /// </summary>
    /// <param name="act">What is done; safe to do again.</param>
    /// <param name="stop">Asks to stop: nobody waits any more.</param>
    /// <exception cref="OperationCanceledException">Asked to stop while a store is away.</exception>
    public async ValueTask WaitAsync(Func<ValueTask> act, CancellationToken stop)
    {
        var missed = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await _retry.ExecuteAsync(async _ =>
            {
                try
                {
                    await act();
                }
                catch (StoreUnavailableException error) when (stop.IsCancellationRequested)
                {
                    throw new OperationCanceledException(error.Message, error, stop);
                }
                catch (StoreUnavailableException error)
                {
                    missed.Add(error.Store);
                    Begin(error);
                    throw;
                }
                // Once, even if asked to stop before.
            }, stop.IsCancellationRequested ? CancellationToken.None : stop);
        }
        finally
        {
            if (!stop.IsCancellationRequested)
                foreach (var store in missed)
                    End(store);
        }
    }

    /// <summary>A store does not answer.</summary>
    internal void Begin(StoreUnavailableException error)
    {
        if (_away.TryAdd(error.Store, (error.Message, time.GetTimestamp())))
            LogAway(error.Message);
    }

    /// <summary>A store answers.</summary>
    internal void End(string store)
    {
        if (!_away.TryRemove(store, out var outage))
            return;
        var away = time.GetElapsedTime(outage.Since);
        LogBack(store, away);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a store is away: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Store} is back after {Away}")]
    private partial void LogBack(string store, TimeSpan away);
}
