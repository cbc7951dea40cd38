using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Shared.Vectors.Qdrant;

// Bodies of the requests that the adapter makes and of their answers, as in Qdrant's own description of its REST interface.
// Names differ by case only (snake_case there). Points are written by SegmentPoints and read by PointStream instead.

internal sealed record Envelope<T>(T Result);

internal sealed record CollectionInfo(CollectionConfig Config);

internal sealed record CollectionConfig(CollectionParams Params, JsonElement Metadata);

internal sealed record CollectionParams(JsonElement Vectors);

internal sealed record CreateCollection(
    Dictionary<string, VectorParams> Vectors, int ShardNumber, int ReplicationFactor, bool OnDiskPayload, ModelMetadata Metadata);

internal sealed record VectorParams(
    int Size, string Distance, bool OnDisk, HnswConfig HnswConfig, QuantizationConfig? QuantizationConfig, string? Datatype, MultivectorConfig? MultivectorConfig);

internal sealed record HnswConfig(int M, int? EfConstruct);

internal sealed record QuantizationConfig(ScalarQuantization? Scalar, BinaryQuantization? Binary);

internal sealed record ScalarQuantization(string Type, float Quantile, bool AlwaysRam);

internal sealed record BinaryQuantization(bool AlwaysRam);

internal sealed record MultivectorConfig(string Comparator);

/// <summary>An <see cref="IndexModel"/> as metadata of its collection. A folder of "" stands for none: null would mean no change.</summary>
internal sealed record ModelMetadata(string Model, int Dimensions, int Frames, string Folder);

/// <summary>The collection that the alias left for this one.</summary>
internal sealed record FormerMetadata(string Former);

internal sealed record UpdateCollection<T>(T Metadata);

internal sealed record CreateFieldIndex(string FieldName, string FieldSchema);

internal sealed record ChangeAliases(AliasAction[] Actions);

internal sealed record AliasAction(DeleteAlias? DeleteAlias, CreateAlias? CreateAlias);

internal sealed record DeleteAlias(string AliasName);

internal sealed record CreateAlias(string AliasName, string CollectionName);

internal sealed record Aliases([property: JsonPropertyName("aliases")] CreateAlias[] All);

internal sealed record Filter(Condition[]? Must, Condition[]? MustNot)
{
    public static Filter Of(VideoId video) => new([Condition.Of([video])], null);
}

internal sealed record Condition(string? Key, Match? Match, IReadOnlyCollection<Guid>? HasId)
{
    public static Condition Of(IEnumerable<VideoId> videos) => new(PointFields.Video, new([.. videos.Select(video => video.Value)], null), null);

    public static Condition Has(IReadOnlyCollection<Guid> ids) => new(null, null, ids);

    /// <summary>The last segment of a video, which is written after all others.</summary>
    public static Condition Last { get; } = new(PointFields.Last, new(null, true), null);
}

internal sealed record Match(Guid[]? Any, bool? Value);

internal sealed record DeletePoints(Filter Filter);

internal sealed record CountPoints(Filter? Filter, bool Exact);

internal sealed record PointCount(long Count);

internal sealed record UpdateResult(string Status);

internal sealed record RetrievePoints(Guid[] Ids, string[] WithPayload, bool WithVector);

internal sealed record ScrollPoints(Guid? Offset, int Limit, Filter? Filter, string[] WithPayload, bool WithVector);

internal sealed record QueryPoints(ReadOnlyMemory<float> Query, string Using, int Limit, SearchParams Params, string[] WithPayload);

internal sealed record QueryGroups(
    ReadOnlyMemory<float> Query, string Using, string GroupBy, int GroupSize, int Limit, SearchParams Params, bool WithPayload);

internal sealed record SearchParams(bool? Exact, int? HnswEf, QuantizationSearch? Quantization);

internal sealed record QuantizationSearch(bool Rescore, double Oversampling);

internal sealed record PointGroups(PointGroup[] Groups);

internal sealed record PointGroup(Guid Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Envelope<CollectionInfo>))]
[JsonSerializable(typeof(Envelope<Aliases>))]
[JsonSerializable(typeof(Envelope<PointCount>))]
[JsonSerializable(typeof(Envelope<UpdateResult>))]
[JsonSerializable(typeof(Envelope<PointGroups>))]
[JsonSerializable(typeof(Envelope<bool>))]
[JsonSerializable(typeof(CreateCollection))]
[JsonSerializable(typeof(UpdateCollection<ModelMetadata>))]
[JsonSerializable(typeof(UpdateCollection<FormerMetadata>))]
[JsonSerializable(typeof(CreateFieldIndex))]
[JsonSerializable(typeof(ChangeAliases))]
[JsonSerializable(typeof(DeletePoints))]
[JsonSerializable(typeof(CountPoints))]
[JsonSerializable(typeof(RetrievePoints))]
[JsonSerializable(typeof(ScrollPoints))]
[JsonSerializable(typeof(QueryPoints))]
[JsonSerializable(typeof(QueryGroups))]
internal sealed partial class QdrantJson : JsonSerializerContext;
