using System.Text.Json;

namespace TcMgc.Tests.Common;

/// <summary>
/// Holds every answer that a test's client gets against docs/openapi.json: its status must stand there. An operation that is not
/// described must not exist.
/// </summary>
internal sealed class DescribedAnswers() : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly Lazy<Dictionary<(string Method, string Path), HashSet<string>>> s_described = new(Read);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        Check(request, answer);
        return answer;
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = base.Send(request, cancellationToken);
        Check(request, answer);
        return answer;
    }

    private static void Check(HttpRequestMessage request, HttpResponseMessage answer)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (!path.StartsWith("/api/v1/", StringComparison.Ordinal) || path == "/api/v1/session") // The page's own.
            return;
        var (method, status) = (request.Method.Method, ((int)answer.StatusCode).ToString());
        var operation = s_described.Value.Keys.Where(key => key.Method == method && IsOf(path, key.Path))
            .OrderBy(key => key.Path.Contains('{', StringComparison.Ordinal)).FirstOrDefault();
        if (operation == default)
            Assert.True(status is "404" or "405", $"{method} {path} answers {status}, and docs/openapi.json does not have it");
        else
            Assert.True(s_described.Value[operation].Contains(status),
                $"{method} {operation.Path} answers {status}, which docs/openapi.json does not say");
    }

    private static bool IsOf(string path, string template)
    {
        var (parts, names) = (path.TrimEnd('/').Split('/'), template.Split('/'));
        return parts.Length == names.Length
            && parts.Zip(names).All(pair => pair.Second.StartsWith('{') || pair.First == pair.Second);
    }

    private static Dictionary<(string Method, string Path), HashSet<string>> Read()
    {
        using var document =
            JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedFolder.RepositoryRoot, "docs", "openapi.json")));
        var described = new Dictionary<(string, string), HashSet<string>>();
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject())
                described[(operation.Name.ToUpperInvariant(), path.Name)] =
                    [.. operation.Value.GetProperty("responses").EnumerateObject().Select(response => response.Name)];
        return described;
    }
}
