using System.Net.Http.Headers;
using System.Text.Json;

namespace TcMgc.Tests.Common;

/// <summary>
/// Holds every answer that a test's client gets against docs/openapi.json: its status must stand there with the type of its
/// content, and JSON must be as its schema says. An operation that is not described must not exist.
/// </summary>
internal sealed class DescribedAnswers() : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly Lazy<JsonElement> s_document = new(Read);

    private static readonly Lazy<Dictionary<(string Method, string Path), JsonElement>> s_described = new(
        () => s_document.Value.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(
            operation => ((operation.Name.ToUpperInvariant(), path.Name), operation.Value.GetProperty("responses"))))
            .ToDictionary());

    private static readonly Lazy<DescribedSchema> s_schemas =
        new(() => new(s_document.Value.GetProperty("components").GetProperty("schemas")));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (Check(request, answer) is { } schema)
        {
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            CheckBody(request, schema, await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        return answer;
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = base.Send(request, cancellationToken);
        if (Check(request, answer) is not { } schema)
            return answer;
        var (content, body) = (answer.Content, new MemoryStream());
        using (content)
            content.CopyTo(body, null, cancellationToken);
        answer.Content = new ByteArrayContent(body.ToArray());
        foreach (var (name, values) in content.Headers)
            answer.Content.Headers.TryAddWithoutValidation(name, values);
        CheckBody(request, schema, body.ToArray());
        return answer;
    }

    /// <returns>The schema of the answer's JSON; null where it has none.</returns>
    private static JsonElement? Check(HttpRequestMessage request, HttpResponseMessage answer)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (!path.StartsWith("/api/v1/", StringComparison.Ordinal) || path == "/api/v1/session") // The page's own.
            return null;
        var (method, status) = (request.Method.Method, ((int)answer.StatusCode).ToString());
        var operation = s_described.Value.Keys.Where(key => key.Method == method && IsOf(path, key.Path))
            .OrderBy(key => key.Path.Contains('{', StringComparison.Ordinal)).FirstOrDefault();
        if (operation == default)
        {
            Assert.True(status is "404" or "405", $"{method} {path} answers {status}, and docs/openapi.json does not have it");
            return null;
        }
        Assert.True(s_described.Value[operation].TryGetProperty(status, out var response),
            $"{method} {operation.Path} answers {status}, which docs/openapi.json does not say");
        if (answer.Content.Headers.ContentType is not { } type)
            return null;
        var media = response.TryGetProperty("content", out var content)
            ? content.EnumerateObject().FirstOrDefault(one => IsOf(type, one.Name)).Value : default;
        Assert.True(media.ValueKind == JsonValueKind.Object,
            $"{method} {operation.Path} answers {status} with {type}, which docs/openapi.json does not say");
        return request.Method != HttpMethod.Head && type.MediaType!.EndsWith("json", StringComparison.Ordinal)
            ? media.GetProperty("schema") : null;
    }

    private static void CheckBody(HttpRequestMessage request, JsonElement schema, byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        var problems = string.Join('\n', s_schemas.Value.Problems(schema, json.RootElement));
        Assert.True(problems.Length == 0,
            $"{request.Method} {request.RequestUri} answers what docs/openapi.json does not say:\n{problems}");
    }

    /// <summary>An original may be any kind of video.</summary>
    private static bool IsOf(MediaTypeHeaderValue type, string described) => type.MediaType == described
        || described == "video/mp4" && type.MediaType!.StartsWith("video/", StringComparison.Ordinal);

    private static bool IsOf(string path, string template)
    {
        var (parts, names) = (path.TrimEnd('/').Split('/'), template.Split('/'));
        return parts.Length == names.Length
            && parts.Zip(names).All(pair => pair.Second.StartsWith('{') || pair.First == pair.Second);
    }

    private static JsonElement Read()
    {
        using var document =
            JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedFolder.RepositoryRoot, "docs", "openapi.json")));
        return document.RootElement.Clone();
    }
}
