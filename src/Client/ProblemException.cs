using System.Net;
using System.Text.Json;

namespace TcMgc.Client;

/// <summary>What the service says is wrong (problem details, RFC 9457).</summary>
public sealed class ProblemException : Exception
{
    private const string Prefix = "urn:tcmgc:problem:";

    private ProblemException(HttpStatusCode status, string type, string detail)
        : base(detail) => (Status, Type) = (status, type);

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The stable name of the problem, such as <c>text-empty</c>; docs/api.md lists them.</summary>
    public string Type { get; }

    internal static ProblemException Of(JsonElement problem, HttpStatusCode status)
    {
        var type = Text("type") ?? "";
        return new(status, type.StartsWith(Prefix, StringComparison.Ordinal) ? type[Prefix.Length..] : type,
            Text("detail") ?? Text("title") ?? $"{(int)status}");

        string? Text(string name) => problem.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
