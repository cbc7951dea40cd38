using System.Numerics.Tensors;
using System.Text.Json;

namespace TcMgc.Shared.Tests.Vectors.Qdrant.StandIn;

/// <summary>A collection in memory. Vectors compare by dot product, multivectors by the largest of their rows.</summary>
internal sealed class StandInCollection
{
    private readonly Dictionary<string, (int Size, bool Multi, bool Half)> _vectors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Guid, StandInPoint> _points = [];
    private readonly HashSet<string> _indexes = new(StringComparer.Ordinal);
    private readonly JsonElement _config;
    private readonly Dictionary<string, JsonElement> _metadata = new(StringComparer.Ordinal);

    public StandInCollection(JsonElement config)
    {
        _config = config.Clone();
        var vectors = config.GetProperty("vectors");
        if (vectors.TryGetProperty("size", out _))
            Define("", vectors); // Qdrant's name for the only vector.
        else
            foreach (var vector in vectors.EnumerateObject())
                Define(vector.Name, vector.Value);
        Update(config);
    }

    public int Count => _points.Count;

    public void Update(JsonElement change)
    {
        if (!change.TryGetProperty("metadata", out var metadata))
            return;
        foreach (var field in metadata.EnumerateObject())
            if (field.Value.ValueKind == JsonValueKind.Null)
                _metadata.Remove(field.Name);
            else
                _metadata[field.Name] = field.Value.Clone();
    }

    public void AddIndex(string field) => _indexes.Add(field);

    public void WriteInfo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("status", "green");
        writer.WriteString("optimizer_status", "ok");
        writer.WriteNumber("points_count", _points.Count);
        writer.WriteNumber("segments_count", 1);
        writer.WriteStartObject("config");
        writer.WriteStartObject("params");
        writer.WritePropertyName("vectors");
        _config.GetProperty("vectors").WriteTo(writer);
        writer.WriteEndObject();
        writer.WriteStartObject("hnsw_config");
        writer.WriteEndObject();
        writer.WriteStartObject("optimizer_config");
        writer.WriteEndObject();
        writer.WriteStartObject("metadata");
        foreach (var (name, value) in _metadata)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("payload_schema");
        foreach (var field in _indexes)
        {
            writer.WriteStartObject(field);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>All points or none.</summary>
    public void Upsert(JsonElement points)
    {
        var read = points.EnumerateArray().Select(Read).ToList();
        foreach (var point in read)
            _points[point.Id] = point;
    }

    public void Delete(JsonElement filter)
    {
        RefuseUnindexed(filter);
        foreach (var point in _points.Values.Where(point => point.Matches(filter)).ToList())
            _points.Remove(point.Id);
    }

    public IEnumerable<StandInPoint> Matching(JsonElement? filter)
    {
        if (filter is { } conditions)
            RefuseUnindexed(conditions);
        return _points.Values.Where(point => filter is not { } some || point.Matches(some));
    }

    /// <summary>In no order that was asked for: as from several shards.</summary>
    public IEnumerable<StandInPoint> Retrieve(JsonElement ids) =>
        ids.EnumerateArray().Select(id => id.GetGuid()).Distinct().OrderDescending().Where(_points.ContainsKey).Select(id => _points[id]);

    public IEnumerable<(StandInPoint Point, float Score)> Query(JsonElement request)
    {
        var name = request.GetProperty("using").GetString()!;
        if (!_vectors.TryGetValue(name, out var vector))
            throw new StandInRefusal(400, $"Wrong input: Not existing vector name error: {name}");
        var query = Row(request.GetProperty("query"), vector.Size, vector.Half);
        return Matching(Optional(request, "filter"))
            .Select(point => (Point: point, Score: point.Vectors[name].Max(row => TensorPrimitives.Dot<float>(query, row))))
            .OrderByDescending(scored => scored.Score);
    }

    public static JsonElement? Optional(JsonElement request, string name) =>
        request.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private void Define(string name, JsonElement vector)
    {
        if (!vector.GetProperty("distance").ValueEquals("Dot"))
            throw new StandInRefusal(400, "this stand-in compares by Dot only");
        var half = vector.TryGetProperty("datatype", out var datatype) && datatype.ValueEquals("float16");
        _vectors[name] = (vector.GetProperty("size").GetInt32(), vector.TryGetProperty("multivector_config", out _), half);
    }

    private static float[] Row(JsonElement values, int size, bool half)
    {
        if (values.GetArrayLength() != size)
            throw new StandInRefusal(400, $"Wrong input: Vector dimension error: expected dim: {size}, got {values.GetArrayLength()}");
        return [.. values.EnumerateArray().Select(value => half ? (float)(Half)value.GetSingle() : value.GetSingle())];
    }

    private StandInPoint Read(JsonElement point)
    {
        var vectors = new Dictionary<string, float[][]>(StringComparer.Ordinal);
        foreach (var given in point.GetProperty("vector").EnumerateObject())
        {
            if (!_vectors.TryGetValue(given.Name, out var vector))
                throw new StandInRefusal(400, $"Wrong input: Not existing vector name error: {given.Name}");
            vectors[given.Name] = vector.Multi
                ? [.. given.Value.EnumerateArray().Select(row => Row(row, vector.Size, vector.Half))]
                : [Row(given.Value, vector.Size, vector.Half)];
        }
        return new(point.GetProperty("id").GetGuid(), vectors, point.GetProperty("payload").Clone());
    }

    /// <summary>Qdrant filters without an index too, slowly (or refuses, in strict mode); we never mean to.</summary>
    private void RefuseUnindexed(JsonElement filter)
    {
        foreach (var clause in filter.EnumerateObject())
            foreach (var condition in clause.Value.EnumerateArray())
                if (condition.TryGetProperty("key", out var key) && !_indexes.Contains(key.GetString()!))
                    throw new StandInRefusal(400, $"Bad request: Index required but not found for \"{key.GetString()}\"");
    }
}

/// <summary>An error status with Qdrant's kind of message.</summary>
internal sealed class StandInRefusal(int status, string message) : Exception(message)
{
    public int Status => status;
}
