using System.Globalization;
using System.Security.Authentication;
using Grpc.Core;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace TcMgc.Stores.Qdrant;

/// <summary>What a failed call means: whether it may pass, and what the user can do about it.</summary>
internal static class QdrantFailures
{
    private const int LongestDetail = 300;

    /// <summary>True where another attempt may succeed.</summary>
    public static bool MayPass(RpcException error) => Untrusted(error) is null
        && (error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted
            || Broken(error) is not null);

    /// <summary>True where nothing is wrong with the call: the same one succeeds once Qdrant is itself again.</summary>
    public static bool IsAway(Exception error) => error switch
    {
        TimeoutRejectedException or BrokenCircuitException => true,
        RpcException call => MayPass(call) || call.StatusCode == StatusCode.Internal,
        _ => false,
    };

    /// <summary>How long the server wishes to be left alone; null where it does not say.</summary>
    public static TimeSpan? RetryAfter(Exception? error) =>
        error is RpcException call
            && double.TryParse(call.Trailers.GetValue("retry-after"), CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>What follows "Qdrant at ADDRESS": one line. Null for what is no failure of Qdrant's.</summary>
    /// <param name="error">What the attempts ended with.</param>
    /// <param name="last">The last answer before the time was over.</param>
    /// <param name="policy">The call's.</param>
    /// <param name="options">Says whether there is a key.</param>
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
            $"cannot be spoken to over TLS ({OneLine(reason.Message)}); its certificate must be one that this machine trusts",
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
        string.Create(CultureInfo.InvariantCulture, $"took longer than {policy.Limit.TotalSeconds} s; look at its load")
        + (policy.Setting is { } key ? $", or make {QdrantOptions.Section}:{key} longer" : "");

    /// <summary>What became of the connection; null where that is not the reason.</summary>
    private static Exception? Broken(RpcException error) =>
        error.StatusCode == StatusCode.Unavailable || error.Status.DebugException is HttpRequestException or IOException
            ? error.Status.DebugException : null;

    /// <summary>Why the other side's certificate is none that this machine trusts; null where that is not the reason.</summary>
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
        return line.Length <= LongestDetail ? line : line[..LongestDetail] + "…";
    }
}
