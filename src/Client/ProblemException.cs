using System.Net;
using System.Text.Json;

namespace TcMgc.Client;

/// <summary>What the service says is wrong (problem details, RFC 9457).</summary>
public sealed class ProblemException : Exception
{
    private const string Prefix = "urn:tcmgc:problem:";

    private ProblemException(HttpStatusCode status, string type, string detail, TimeSpan? retryAfter)
        : base(detail) => (Status, Type, RetryAfter) = (status, type, retryAfter);

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The stable name of the problem, such as <c>text-empty</c>; docs/api.md lists them.</summary>
    public string Type { get; }

    /// <summary>When the same request may succeed; null where the service does not say.</summary>
    public TimeSpan? RetryAfter { get; }

    internal static ProblemException Of(JsonElement problem, HttpStatusCode status, TimeSpan? retryAfter)
    {
        var type = Text("type") ?? "";
        return new(status, type.StartsWith(Prefix, StringComparison.Ordinal) ? type[Prefix.Length..] : type,
            Text("detail") ?? Text("title") ?? $"{(int)status}", retryAfter);

        string? Text(string name) => problem.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
