using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TcMgc.Shared.Tests.Vectors.Qdrant.StandIn;

/// <summary>Qdrant's own description of its REST interface, where it is here: says what a request may not be.</summary>
internal sealed class QdrantDescription
{
    private readonly JsonElement _document;
    private readonly JsonSchema _schema;

    private QdrantDescription(JsonElement document) => (_document, _schema) = (document, new(document));

    /// <summary>Null where the reference material is not here.</summary>
    public static QdrantDescription? Find()
    {
        if (SharedFolder.Root is null || !File.Exists(SharedFolder.Path("qdrant", "openapi.json")))
            return null;
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path("qdrant", "openapi.json")));
        return new(document.RootElement.Clone());
    }

    /// <summary>Null where the request is as described.</summary>
    public string? Refusal(string method, string path, IQueryCollection query, JsonElement? body)
    {
        if (Operation(method, path) is not { } operation)
            return $"{method} {path} is not described";
        return QueryRefusal(operation, query) ?? (operation.TryGetProperty("requestBody", out var described)
            ? BodyRefusal(described.GetProperty("content").GetProperty("application/json").GetProperty("schema"), body)
            : body is null ? null : "it takes no body");
    }

    private string? BodyRefusal(JsonElement schema, JsonElement? body) => body is { } json ? _schema.Refusal(json, schema) : "its body is missing";

    private string? QueryRefusal(JsonElement operation, IQueryCollection query)
    {
        foreach (var (name, value) in query)
        {
            if (operation.GetProperty("parameters").EnumerateArray().FirstOrDefault(Named) is not { ValueKind: JsonValueKind.Object } parameter)
                return $"the parameter {name} is not described";
            using var typed = JsonDocument.Parse(value.ToString());
            if (_schema.Refusal(typed.RootElement, parameter.GetProperty("schema"), name) is { } refusal)
                return refusal;

            bool Named(JsonElement one) => one.GetProperty("in").ValueEquals("query") && one.GetProperty("name").ValueEquals(name);
        }
        return null;
    }

    private JsonElement? Operation(string method, string path)
    {
        var parts = path.Split('/');
        // A path without a variable comes first: /collections/aliases is no collection.
        foreach (var described in _document.GetProperty("paths").EnumerateObject().OrderBy(one => one.Name.Count(c => c == '{')))
        {
            var names = described.Name.Split('/');
            if (names.Length == parts.Length && names.Zip(parts).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second)
                && described.Value.TryGetProperty(method.ToLowerInvariant(), out var operation))
                return operation;
        }
        return null;
    }
}
