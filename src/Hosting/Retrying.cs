using Polly;
using Polly.Retry;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>How failed work is tried again: later and later, with jitter, as often as the options say.</summary>
internal static class Retrying
{
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Tries again what throws, but not what was cancelled or is unavailable: for that <see cref="StoreOutages"/> wait.
    /// </summary>
    /// <param name="options">How often, and how soon.</param>
    /// <param name="time">Paces the retries.</param>
    /// <param name="retried">Receives each error and the time until the next attempt.</param>
    /// <param name="stop">Asks to stop: nothing is tried again then.</param>
    public static ResiliencePipeline Pipeline(
        ServiceOptions options, TimeProvider time, Action<Exception, TimeSpan> retried, CancellationToken stop) =>
        options.Retries == 0
            ? ResiliencePipeline.Empty
            : new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                MaxDelay = s_longestDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = attempt => new(!stop.IsCancellationRequested
                    && attempt.Outcome.Exception is not (null or OperationCanceledException or UnavailableException)),
                OnRetry = attempt =>
                {
                    retried(attempt.Outcome.Exception!, attempt.RetryDelay);
                    return default;
                },
            }).Build();
}
