using Grpc.Core;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>Time limits and retries of a call.</summary>
/// <param name="Attempts">Runs the attempts.</param>
/// <param name="Deadline">Limit of one attempt.</param>
/// <param name="Limit">Limit that error messages state.</param>
/// <param name="Setting">The setting of that limit; null where there is none.</param>
internal sealed record CallPolicy(ResiliencePipeline Attempts, TimeSpan Deadline, TimeSpan Limit, string? Setting);

/// <summary>The three kinds of calls. Every request of the adapter is idempotent.</summary>
internal sealed class QdrantCalls
{
    private static readonly TimeSpan s_maxDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_check = TimeSpan.FromSeconds(1.5);

    public QdrantCalls(QdrantOptions options, TimeProvider clock)
    {
        // At least 12 attempts within 30 seconds, so that the first request has all its retries by default.
        var breaker = new ResiliencePipelineBuilder { TimeProvider = clock }.AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = Transient,
            FailureRatio = 0.5,
            MinimumThroughput = 12,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = TimeSpan.FromSeconds(10),
        }).Build();
        var search = new ResiliencePipelineBuilder { TimeProvider = clock };
        if (options.Retries > 0)
            search.AddTimeout(options.SearchTimeout);
        // Half of the time for each attempt, so that one that hangs leaves time for another.
        var attempt = options.Retries > 0 ? options.SearchTimeout / 2 : options.SearchTimeout;
        Search = new(Retrying(search, options).AddPipeline(breaker).Build(), attempt, options.SearchTimeout,
            nameof(options.SearchTimeout));
        // Without the breaker: writers pace themselves, and their next attempt must succeed when Qdrant is available again.
        Work = new(Retrying(new() { TimeProvider = clock }, options).Build(),
            options.Timeout, options.Timeout, nameof(options.Timeout));
        Check = new(ResiliencePipeline.Empty, s_check, s_check, null);
    }

    /// <summary>
    /// Searches, for which a user waits: all attempts together take at most <see cref="QdrantOptions.SearchTimeout"/>.
    /// </summary>
    public CallPolicy Search { get; }

    /// <summary>Writes, and reads of whole collections: each attempt may take <see cref="QdrantOptions.Timeout"/>.</summary>
    public CallPolicy Work { get; }

    /// <summary>Checks whether the server answers: one attempt, also while the circuit breaker is open.</summary>
    public CallPolicy Check { get; }

    private static PredicateBuilder<object> Transient => new PredicateBuilder().Handle<RpcException>(QdrantFailures.IsTransient);

    private static ResiliencePipelineBuilder Retrying(ResiliencePipelineBuilder builder, QdrantOptions options) =>
        options.Retries == 0 ? builder : builder.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = Transient,
            MaxRetryAttempts = options.Retries,
            Delay = options.RetryDelay,
            MaxDelay = s_maxDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            DelayGenerator = arguments =>
                new(QdrantFailures.RetryAfter(arguments.Outcome.Exception) is { } delay ? Min(delay, s_maxDelay) : null),
        });

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
