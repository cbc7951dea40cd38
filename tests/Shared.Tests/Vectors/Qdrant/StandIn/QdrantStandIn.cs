using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TcMgc.Shared.Tests.Vectors.Qdrant.StandIn;

/// <summary>
/// A web server that answers the calls which the adapter makes as Qdrant does, in memory, and refuses what Qdrant's description
/// (where it is here) refuses.
/// </summary>
internal sealed class QdrantStandIn : IAsyncDisposable
{
    /// <summary>Qdrant's own default.</summary>
    private const int LargestBody = 32 << 20;

    private static readonly QdrantDescription? s_description = QdrantDescription.Find();
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, StandInCollection> _collections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private LocalServer? _server;

    public string Url => _server!.Url;

    /// <summary>Where set, requests without it are refused.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Sees each request first; true: it has answered it.</summary>
    public Func<HttpContext, Task<bool>>? Before { get; set; }

    /// <summary>Requests so far.</summary>
    public int Requests => _requests;

    private int _requests;

    public static async Task<QdrantStandIn> StartAsync(int port = 0, X509Certificate2? certificate = null)
    {
        var standIn = new QdrantStandIn();
        standIn._server = await LocalServer.StartAsync(standIn.AnswerAsync, port, certificate, LargestBody);
        return standIn;
    }

    public IReadOnlyCollection<string> Collections
    {
        get
        {
            lock (_lock)
                return [.. _collections.Keys];
        }
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (Before is { } before && await before(context))
            return;
        if (ApiKey is { } key && context.Request.Headers["api-key"] != key)
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("Invalid API key or JWT", context.RequestAborted);
            return;
        }
        var (status, answer) = await AnswerOfAsync(context);
        (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength) = (status, "application/json", answer.Length);
        await context.Response.BodyWriter.WriteAsync(answer, context.RequestAborted);
    }

    private async Task<(int Status, ReadOnlyMemory<byte> Answer)> AnswerOfAsync(HttpContext context)
    {
        try
        {
            using var body = context.Request.ContentLength > 0 ? await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted) : null;
            if (s_description?.Refusal(context.Request.Method, context.Request.Path, context.Request.Query, body?.RootElement) is { } refusal)
                throw new StandInRefusal(400, $"not as described: {refusal}");
            return (200, Written(writer => Answer(context.Request, body?.RootElement ?? default, writer)));
        }
        catch (StandInRefusal refusal)
        {
            return (refusal.Status, JsonSerializer.SerializeToUtf8Bytes(new { status = new { error = refusal.Message }, time = 0.0 }));
        }
    }

    private ReadOnlyMemory<byte> Written(Action<Utf8JsonWriter> result)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        using var writer = new Utf8JsonWriter(buffer, s_plain);
        writer.WriteStartObject();
        writer.WriteNull("usage");
        writer.WriteNumber("time", 0.001);
        writer.WriteString("status", "ok");
        writer.WritePropertyName("result");
        lock (_lock)
            result(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private void Answer(HttpRequest request, JsonElement body, Utf8JsonWriter writer)
    {
        var parts = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var call = $"{request.Method} {string.Join('/', parts.Select((part, i) => i == 1 && part != "aliases" ? "*" : part))}";
        var name = parts.Length > 1 ? parts[1] : "";
        switch (call)
        {
            case "GET aliases":
                WriteAliases(writer);
                break;
            case "GET collections":
                JsonSerializer.Serialize(writer, new { collections = _collections.Keys.Select(name => new { name }) });
                break;
            case "POST collections/aliases":
                ChangeAliases(body.GetProperty("actions"));
                writer.WriteBooleanValue(true);
                break;
            case "PUT collections/*":
                Create(name, body);
                writer.WriteBooleanValue(true);
                break;
            case "DELETE collections/*":
                writer.WriteBooleanValue(_collections.Remove(name));
                foreach (var alias in _aliases.Where(alias => alias.Value == name).Select(alias => alias.Key).ToList())
                    _aliases.Remove(alias);
                break;
            default:
                Answer(call, Collection(name), request, body, writer);
                break;
        }
    }

    private static void Answer(string call, StandInCollection collection, HttpRequest request, JsonElement body, Utf8JsonWriter writer)
    {
        switch (call)
        {
            case "GET collections/*":
                collection.WriteInfo(writer);
                break;
            case "PATCH collections/*":
                collection.Update(body);
                writer.WriteBooleanValue(true);
                break;
            case "PUT collections/*/index":
                collection.AddIndex(body.GetProperty("field_name").GetString()!);
                WriteUpdate(request, writer);
                break;
            case "PUT collections/*/points":
                collection.Upsert(body.GetProperty("points"));
                WriteUpdate(request, writer);
                break;
            case "POST collections/*/points/delete":
                collection.Delete(body.GetProperty("filter"));
                WriteUpdate(request, writer);
                break;
            case "POST collections/*/points/count":
                JsonSerializer.Serialize(writer, new { count = collection.Matching(StandInCollection.Optional(body, "filter")).Count() });
                break;
            case "POST collections/*/points":
                WritePoints(writer, collection.Retrieve(body.GetProperty("ids")).Select(point => (point, default(float?))), body);
                break;
            case "POST collections/*/points/scroll":
                Scroll(collection, body, writer);
                break;
            case "POST collections/*/points/query":
                writer.WriteStartObject();
                writer.WritePropertyName("points");
                WritePoints(writer, collection.Query(body).Take(Limit(body)).Select(scored => (scored.Point, (float?)scored.Score)), body);
                writer.WriteEndObject();
                break;
            case "POST collections/*/points/query/groups":
                Groups(collection, body, writer);
                break;
            default:
                throw new StandInRefusal(404, $"no such call: {call}");
        }
    }

    private static void Scroll(StandInCollection collection, JsonElement body, Utf8JsonWriter writer)
    {
        var from = StandInCollection.Optional(body, "offset")?.GetGuid();
        var points = collection.Matching(StandInCollection.Optional(body, "filter"))
            .Where(point => from is null || point.Id.CompareTo(from.Value) >= 0).Take(Limit(body) + 1).ToList();
        writer.WriteStartObject();
        writer.WritePropertyName("points");
        WritePoints(writer, points.Take(Limit(body)).Select(point => (point, default(float?))), body);
        if (points.Count > Limit(body))
            writer.WriteString("next_page_offset", points[^1].Id);
        else
            writer.WriteNull("next_page_offset");
        writer.WriteEndObject();
    }

    private static void Groups(StandInCollection collection, JsonElement body, Utf8JsonWriter writer)
    {
        var (key, size) = (body.GetProperty("group_by").GetString()!, body.GetProperty("group_size").GetInt32());
        writer.WriteStartObject();
        writer.WriteStartArray("groups");
        foreach (var group in collection.Query(body).GroupBy(scored => scored.Point.Payload.GetProperty(key).GetString()).Take(Limit(body)))
        {
            writer.WriteStartObject();
            writer.WriteString("id", group.Key);
            writer.WritePropertyName("hits");
            WritePoints(writer, group.Take(size).Select(scored => (scored.Point, (float?)scored.Score)), body);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static int Limit(JsonElement body) => StandInCollection.Optional(body, "limit")?.GetInt32() ?? 10;

    private static void WritePoints(Utf8JsonWriter writer, IEnumerable<(StandInPoint Point, float? Score)> points, JsonElement body)
    {
        writer.WriteStartArray();
        foreach (var (point, score) in points)
            point.Write(writer, score, StandInCollection.Optional(body, "with_payload"), StandInCollection.Optional(body, "with_vector"));
        writer.WriteEndArray();
    }

    /// <summary>Without wait Qdrant only promises to do it.</summary>
    private static void WriteUpdate(HttpRequest request, Utf8JsonWriter writer) =>
        JsonSerializer.Serialize(writer, new { operation_id = 1, status = request.Query["wait"] == "true" ? "completed" : "acknowledged" });

    private void WriteAliases(Utf8JsonWriter writer) =>
        JsonSerializer.Serialize(writer, new { aliases = _aliases.Select(alias => new { alias_name = alias.Key, collection_name = alias.Value }) });

    private void ChangeAliases(JsonElement actions)
    {
        foreach (var action in actions.EnumerateArray())
            if (action.TryGetProperty("create_alias", out var create))
            {
                var (alias, collection) = (create.GetProperty("alias_name").GetString()!, create.GetProperty("collection_name").GetString()!);
                if (!_collections.ContainsKey(collection))
                    throw new StandInRefusal(404, $"Not found: Collection `{collection}` doesn't exist!");
                if (_collections.ContainsKey(alias))
                    throw new StandInRefusal(409, $"Wrong input: Collection `{alias}` already exists!");
                _aliases[alias] = collection;
            }
            else
            {
                _aliases.Remove(action.GetProperty("delete_alias").GetProperty("alias_name").GetString()!);
            }
    }

    private void Create(string name, JsonElement body)
    {
        if (name.IndexOfAny(['<', '>', ':', '"', '\\', '|', '?', '*']) >= 0 || name.Length > 255)
            throw new StandInRefusal(422, $"Validation error: the collection name {name} is not allowed");
        if (_aliases.ContainsKey(name) || !_collections.TryAdd(name, new(body)))
            throw new StandInRefusal(409, $"Wrong input: Collection `{name}` already exists!");
    }

    private StandInCollection Collection(string name) =>
        _collections.TryGetValue(_aliases.GetValueOrDefault(name, name), out var collection)
            ? collection
            : throw new StandInRefusal(404, $"Not found: Collection `{name}` doesn't exist!");
}
