using Google.Protobuf.Collections;
using Qdrant.Client.Grpc;

namespace TcMgc.Stores.Tests.Qdrant.StandIn;

/// <summary>A point: each named vector as rows (one, unless it is a multivector), and the payload.</summary>
internal sealed class StandInPoint(Guid id, Dictionary<string, float[][]> rows, MapField<string, Value> payload,
    HashSet<string> multi)
{
    private readonly Dictionary<string,
        VectorOutput> _vectors = rows.ToDictionary(named => named.Key, named => Output(named.Value, multi.Contains(named.Key)));

    public Guid Id => id;

    public IReadOnlyDictionary<string, float[][]> Rows => rows;

    public MapField<string, Value> Payload => payload;

    public bool Matches(Filter? filter) =>
        filter is null || (filter.Must.All(Holds) && !filter.MustNot.Any(Holds)
            && (filter.Should.Count == 0 || filter.Should.Any(Holds)));

    public RetrievedPoint Retrieved(WithPayloadSelector? withPayload, WithVectorsSelector? withVectors)
    {
        var point = new RetrievedPoint { Id = id, Vectors = VectorsOf(withVectors) };
        CopyPayload(withPayload, point.Payload);
        return point;
    }

    public ScoredPoint Scored(float score, WithPayloadSelector? withPayload, WithVectorsSelector? withVectors)
    {
        var point = new ScoredPoint { Id = id, Score = score, Vectors = VectorsOf(withVectors) };
        CopyPayload(withPayload, point.Payload);
        return point;
    }

    private static VectorOutput Output(float[][] rows, bool multi)
    {
        var dense = rows.Select(row => new DenseVector { Data = { row } });
        return multi ? new() { MultiDense = new() { Vectors = { dense } } } : new() { Dense = dense.Single() };
    }

    private VectorsOutput? VectorsOf(WithVectorsSelector? wanted)
    {
        var names = wanted?.Include is { } include ? include.Names.Where(_vectors.ContainsKey) : wanted?.Enable == true
            ? _vectors.Keys : Enumerable.Empty<string>();
        var output = new NamedVectorsOutput();
        foreach (var name in names)
            output.Vectors[name] = _vectors[name];
        return output.Vectors.Count == 0 ? null : new() { Vectors = output };
    }

    private void CopyPayload(WithPayloadSelector? wanted, MapField<string, Value> to)
    {
        foreach (var (name, value) in payload)
            if (wanted?.Include is { } include ? include.Fields.Contains(name) : wanted?.Enable == true)
                to[name] = value;
    }

    private bool Holds(Condition condition) => condition switch
    {
        { IsEmpty: { } empty } => !payload.ContainsKey(empty.Key),
        { HasId: { } ids } => ids.HasId.Any(one => Guid.Parse(one.Uuid) == id),
        { Field: { Match: var match, Key: var key } } => payload.TryGetValue(key, out var value) && Is(value, match),
        _ => throw new NotSupportedException($"this stand-in knows no {condition.ConditionOneOfCase}"),
    };

    private static bool Is(Value value, Match match) => match.MatchValueCase switch
    {
        Match.MatchValueOneofCase.Keyword => value.StringValue == match.Keyword,
        Match.MatchValueOneofCase.Keywords => match.Keywords.Strings.Contains(value.StringValue),
        Match.MatchValueOneofCase.Boolean => value is { HasBoolValue: true } && value.BoolValue == match.Boolean,
        _ => throw new NotSupportedException($"this stand-in knows no match by {match.MatchValueCase}"),
    };
}
