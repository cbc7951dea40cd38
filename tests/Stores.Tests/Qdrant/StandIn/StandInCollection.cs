using System.Numerics.Tensors;
using Grpc.Core;
using Qdrant.Client.Grpc;

namespace TcMgc.Stores.Tests.Qdrant.StandIn;

/// <summary>A collection in memory. Vectors compare by dot product, multivectors by the largest of their rows.</summary>
internal sealed class StandInCollection
{
    private readonly SortedDictionary<Guid, StandInPoint> _points = [];
    private readonly Dictionary<string, VectorParams> _vectors;
    private readonly CollectionInfo _info;

    public StandInCollection(CreateCollection create)
    {
        // Qdrant's name for the only vector is the empty one.
        _vectors = create.VectorsConfig.Params is { } only ? new() { [""] = only } : new(create.VectorsConfig.ParamsMap.Map);
        if (_vectors.Values.Any(vector => vector.Distance != Distance.Dot))
            throw Wrong("this stand-in compares by Dot only");
        _info = new()
        {
            Status = CollectionStatus.Green,
            Config = new() { Params = new() { VectorsConfig = create.VectorsConfig, ShardNumber = create.ShardNumber } },
        };
        Describe(create.Metadata);
    }

    public CollectionInfo Info => new(_info) { PointsCount = (ulong)_points.Count };

    /// <summary>Adds to what the collection says of itself; a null takes away.</summary>
    public void Describe(IEnumerable<KeyValuePair<string, Value>> metadata)
    {
        foreach (var (name, value) in metadata)
            if (value.KindCase == Value.KindOneofCase.NullValue)
                _info.Config.Metadata.Remove(name);
            else
                _info.Config.Metadata[name] = value;
    }

    public void AddIndex(string field) => _info.PayloadSchema[field] = new();

    /// <summary>All points or none.</summary>
    public void Upsert(IEnumerable<PointStruct> points)
    {
        foreach (var point in points.Select(Read).ToList())
            _points[point.Id] = point;
    }

    public void Delete(PointsSelector selector)
    {
        foreach (var point in Matching(selector.Filter).ToList())
            _points.Remove(point.Id);
    }

    public IEnumerable<StandInPoint> Matching(Filter? filter)
    {
        RefuseUnindexed(filter);
        return _points.Values.Where(point => point.Matches(filter));
    }

    /// <summary>In no order that was asked for: as from several shards.</summary>
    public IEnumerable<StandInPoint> Retrieve(IEnumerable<PointId> ids) =>
        ids.Select(id => Guid.Parse(id.Uuid)).Distinct().OrderDescending()
        .Where(_points.ContainsKey).Select(id => _points[id]);

    public IEnumerable<(StandInPoint Point, float Score)> Query(string name, Query query, Filter? filter)
    {
        var nearest = Row(query.Nearest.Dense, Vector(name));
        return Matching(filter)
            .Select(point => (Point: point, Score: point.Rows[name].Max(row => TensorPrimitives.Dot<float>(nearest, row))))
            .OrderByDescending(scored => scored.Score);
    }

    private VectorParams Vector(string name) =>
        _vectors.TryGetValue(name, out var vector) ? vector : throw Wrong($"Not existing vector name error: {name}");

    private StandInPoint Read(PointStruct point)
    {
        var rows = point.Vectors.Vectors_.Vectors.ToDictionary(
            named => named.Key,
            named => (named.Value.MultiDense?.Vectors ?? [named.Value.Dense]).Select(row =>
                Row(row, Vector(named.Key))).ToArray());
        return new(Guid.Parse(point.Id.Uuid), rows, point.Payload,
            [.. rows.Keys.Where(name => Vector(name).MultivectorConfig is not null)]);
    }

    private static float[] Row(DenseVector values, VectorParams vector)
    {
        if ((ulong)values.Data.Count != vector.Size)
            throw Wrong($"Vector dimension error: expected dim: {vector.Size}, got {values.Data.Count}");
        return vector.Datatype == Datatype.Float16 ? [.. values.Data.Select(value => (float)(Half)value)] : [.. values.Data];
    }

    /// <summary>Qdrant filters without an index too, slowly (or refuses, in strict mode); we never mean to.</summary>
    private void RefuseUnindexed(Filter? filter)
    {
        foreach (var field in (filter?.Must ?? []).Concat(filter?.MustNot ?? [])
            .Select(condition => condition.Field?.Key ?? condition.IsEmpty?.Key).OfType<string>())
            if (!_info.PayloadSchema.ContainsKey(field))
                throw new RpcException(
                    new(StatusCode.InvalidArgument, $"Bad request: Index required but not found for \"{field}\""));
    }

    private static RpcException Wrong(string what) => new(new(StatusCode.InvalidArgument, $"Wrong input: {what}"));
}
