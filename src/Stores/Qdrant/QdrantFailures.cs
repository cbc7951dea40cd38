using System.Globalization;
using System.Security.Authentication;
using Grpc.Core;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace TcMgc.Stores.Qdrant;

/// <summary>Classifies failed calls: whether they are transient, and what the user can do.</summary>
internal static class QdrantFailures
{
    private const int MaxDetailLength = 300;

    /// <summary>Whether another attempt may succeed.</summary>
    public static bool IsTransient(RpcException error) => Untrusted(error) is null
        && (error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted
            || Broken(error) is not null);

    /// <summary>Whether the call is valid and succeeds once Qdrant is available again.</summary>
    public static bool IsUnavailable(Exception error) => error switch
    {
        TimeoutRejectedException or BrokenCircuitException => true,
        RpcException call => IsTransient(call) || call.StatusCode == StatusCode.Internal,
        _ => false,
    };

    /// <summary>The delay that the server asks for; null where it does not.</summary>
    public static TimeSpan? RetryAfter(Exception? error) =>
        error is RpcException call
            && double.TryParse(call.Trailers.GetValue("retry-after"), CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The message after "Qdrant at ADDRESS", in one line; null for other exceptions.</summary>
    /// <param name="error">The last exception.</param>
    /// <param name="last">The last error response before the time-out.</param>
    /// <param name="policy">Policy of the call.</param>
    /// <param name="options">Whether there is an API key.</param>
    public static string? Explain(Exception error, RpcException? last, CallPolicy policy, QdrantOptions options) => error switch
    {
        TimeoutRejectedException => last is null ? TooLong(policy) : Explain(last, policy, options),
        BrokenCircuitException =>
            "failed too often just now and is left alone for some seconds; see that it runs, then try again",
        RpcException call => Explain(call, policy, options),
        _ => null,
    };

    private static string Explain(RpcException error, CallPolicy policy, QdrantOptions options) => error.StatusCode switch
    {
        _ when Untrusted(error) is { } reason =>
            $"cannot be reached over TLS ({OneLine(reason.Message)}); its certificate must be one that this machine trusts",
        StatusCode.Unauthenticated or StatusCode.PermissionDenied =>
            $"refuses {(options.ApiKey is null ? "requests without an API key" : "the API key")} ({Detail(error)}); set "
                + $"{QdrantOptions.Section}:ApiKey to one that may read and write",
        StatusCode.DeadlineExceeded => TooLong(policy),
        _ when Broken(error) is { } cause =>
            $"does not answer ({OneLine(cause.Message)}); start it, or set {QdrantOptions.Section}:Url to where its gRPC "
                + "interface is (port 6334)",
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.AlreadyExists or StatusCode.NotFound =>
            $"refused a request ({error.StatusCode}: {Detail(error)})",
        _ when error.StatusCode == StatusCode.Unimplemented
            || error.Status.Detail.StartsWith("Bad gRPC response", StringComparison.Ordinal)
            || error.Status.DebugException is not null =>
            $"answers what Qdrant does not ({Detail(error)}); set {QdrantOptions.Section}:Url to the gRPC interface (port 6334) "
                + "of Qdrant 1.20 or later",
        _ => $"fails ({error.StatusCode}: {Detail(error)}); its log says why",
    };

    private static string TooLong(CallPolicy policy) =>
        $"took longer than {policy.Limit.TotalSeconds} s; check its load"
        + (policy.Setting is { } key ? $", or make {QdrantOptions.Section}:{key} longer" : "");

    /// <summary>Why the connection failed; null where that is not the reason.</summary>
    private static Exception? Broken(RpcException error) =>
        error.StatusCode == StatusCode.Unavailable || error.Status.DebugException is HttpRequestException or IOException
            ? error.Status.DebugException : null;

    /// <summary>Why this machine does not trust the server's certificate; null where that is not the reason.</summary>
    private static Exception? Untrusted(RpcException error)
    {
        for (var cause = error.Status.DebugException; cause is not null; cause = cause.InnerException)
            if (cause is AuthenticationException)
                return cause;
        return null;
    }

    private static string Detail(RpcException error) => OneLine(error.Status.Detail);

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MaxDetailLength ? line : line[..MaxDetailLength] + "…";
    }
}
