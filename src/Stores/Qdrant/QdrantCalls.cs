using Grpc.Core;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>How long a call may take, and what of it is tried again.</summary>
/// <param name="Attempts">Makes the attempts.</param>
/// <param name="Deadline">Of one attempt.</param>
/// <param name="Limit">What a caller is told: the longest time.</param>
/// <param name="Setting">The key that makes it longer; null where none does.</param>
internal sealed record CallPolicy(ResiliencePipeline Attempts, TimeSpan Deadline, TimeSpan Limit, string? Setting);

/// <summary>The three kinds of calls. Every request of the adapter may be made twice with the effect of one.</summary>
internal sealed class QdrantCalls
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_check = TimeSpan.FromSeconds(1.5);

    public QdrantCalls(QdrantOptions options, TimeProvider clock)
    {
        // Half of at least 12 attempts within 30 seconds: a first request still has all of its retries by default.
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
        // Half of the time for an attempt: one that hangs leaves room for another.
        var attempt = options.Retries > 0 ? options.SearchTimeout / 2 : options.SearchTimeout;
        Search = new(Retrying(search, options).AddPipeline(breaker).Build(), attempt, options.SearchTimeout,
            nameof(options.SearchTimeout));
        // Without the breaker: who writes paces itself, and must see at its next attempt that Qdrant is back.
        Work = new(Retrying(new() { TimeProvider = clock }, options).Build(),
            options.Timeout, options.Timeout, nameof(options.Timeout));
        Check = new(ResiliencePipeline.Empty, s_check, s_check, null);
    }

    /// <summary>What a user waits for: all attempts together take at most <see cref="QdrantOptions.SearchTimeout"/>.</summary>
    public CallPolicy Search { get; }

    /// <summary>Writes, and reading of whole collections: each attempt may take <see cref="QdrantOptions.Timeout"/>.</summary>
    public CallPolicy Work { get; }

    /// <summary>Whether the server answers now: one attempt, also while the circuit breaker leaves it alone.</summary>
    public CallPolicy Check { get; }

    private static PredicateBuilder<object> Transient => new PredicateBuilder().Handle<RpcException>(QdrantFailures.MayPass);

    private static ResiliencePipelineBuilder Retrying(ResiliencePipelineBuilder builder, QdrantOptions options) =>
        options.Retries == 0 ? builder : builder.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = Transient,
            MaxRetryAttempts = options.Retries,
            Delay = options.RetryDelay,
            MaxDelay = s_longestWait,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            DelayGenerator = arguments =>
                new(QdrantFailures.RetryAfter(arguments.Outcome.Exception) is { } wish ? Min(wish, s_longestWait) : null),
        });

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
