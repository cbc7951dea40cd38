using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.Collections;
using Qdrant.Client.Grpc;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>Name, layout, metadata and search parameters of a model's collection.</summary>
internal static class CollectionLayout
{
    private const int MaxNameLength = 200;

    private const string ModelId = "model", Dimensions = "dimensions", Frames = "frames", Folder = "folder", Former = "former",
        Log = "log";

    /// <summary>
    /// The alias, a hyphen and the model's id; a hash makes the name unique if the id has characters that a name may not have.
    /// </summary>
    public static string Name(string alias, string modelId)
    {
        var plain = string.Concat(modelId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));
        var name = $"{alias}-{plain}";
        if (plain == modelId && name.Length <= MaxNameLength)
            return name;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(modelId)).AsSpan(0, 4));
        return $"{name[..Math.Min(name.Length, MaxNameLength)]}-{hash}";
    }

    /// <summary>Whether both can share a collection: they may differ only in folder.</summary>
    public static bool Same(IndexModel a, IndexModel b) => a with { Folder = null } == b with { Folder = null };

    public static CreateCollection Create(string name, IndexModel model, QdrantOptions options) => new()
    {
        CollectionName = name,
        VectorsConfig = new()
        {
            ParamsMap = new()
            {
                Map =
                {
                    [PointFields.Text] = Pooled(model, options),
                    [PointFields.Image] = Pooled(model, options),
                    [PointFields.Frames] = Rows(model, Graph(options, build: options.FrameGraph)),
                    [PointFields.Features] = Rows(model, Graph(options, build: false)),
                },
            },
        },
        ShardNumber = (uint)options.ShardNumber,
        ReplicationFactor = (uint)options.ReplicationFactor,
        Payload = new() { Memory = Memory.Cold },
        Metadata = { Metadata(model), options.Log is { } log ? LogMetadata(log) : [] },
    };

    /// <summary>
    /// An <see cref="IndexModel"/> as metadata. The folder is "" for none, since an update keeps absent values.
    /// </summary>
    public static Dictionary<string, Value> Metadata(IndexModel model) => new()
    {
        [ModelId] = model.Id,
        [Dimensions] = model.Dimensions,
        [Frames] = model.Frames,
        [Folder] = model.Folder ?? "",
    };

    /// <summary>Metadata that name the collection the alias pointed at before.</summary>
    public static Dictionary<string, Value> FormerMetadata(string former) => new() { [Former] = former };

    /// <summary>Metadata that name the event log that the collection belongs to.</summary>
    public static Dictionary<string, Value> LogMetadata(FollowedLog log) => new() { [Log] = log.Id.ToString() };

    /// <summary>The id of the event log that the collection belongs to; null where it belongs to none.</summary>
    public static Guid? LogOf(CollectionConfig config) => Guid.TryParse(Text(config.Metadata, Log), out var id) ? id : null;

    /// <summary>The collection that the alias pointed at before; null where there is none.</summary>
    public static string? FormerOf(CollectionConfig config) => Text(config.Metadata, Former);

    /// <summary>
    /// The model in the metadata; null where the collection is not TcMgc's, or its vectors do not have the model's size.
    /// </summary>
    public static IndexModel? ModelOf(CollectionConfig config)
    {
        var metadata = config.Metadata;
        if (Text(metadata, ModelId) is not { } id || Text(metadata, Folder) is not { } folder
            || Number(metadata, Dimensions) is not { } dimensions || Number(metadata, Frames) is not { } frames)
            return null;
        var vectors = config.Params.VectorsConfig.ParamsMap?.Map;
        return PointFields.Vectors.All(name =>
            vectors is not null && vectors.TryGetValue(name, out var vector) && vector.Size == (ulong)dimensions)
            ? new(id, dimensions, frames, folder.Length == 0 ? null : folder) : null;
    }

    public static SearchParams Search(string vector, QdrantOptions options)
    {
        var search = new SearchParams();
        if (vector == PointFields.Frames)
            search.Exact = !options.FrameGraph;
        if (vector != PointFields.Frames || options.FrameGraph)
            search.HnswEf = (ulong)options.HnswEf;
        if (vector != PointFields.Frames && options.Quantization != QdrantQuantization.None)
        {
            var oversampling = options.Quantization == QdrantQuantization.Scalar ? 2 : 4;
            search.Quantization = new() { Rescore = true, Oversampling = oversampling };
        }
        return search;
    }

    /// <summary>Vectors are normalised: Dot keeps them unchanged, Cosine would normalise them again.</summary>
    private static VectorParams Pooled(IndexModel model, QdrantOptions options) => new()
    {
        Size = (ulong)model.Dimensions,
        Distance = Distance.Dot,
        Memory = options.OnDisk ? Memory.Cold : Memory.Cached,
        HnswConfig = Graph(options, build: true),
        QuantizationConfig = options.Quantization switch
        {
            QdrantQuantization.Scalar =>
                new() { Scalar = new() { Type = QuantizationType.Int8, Quantile = 0.99f, Memory = Memory.Pinned } },
            QdrantQuantization.Binary => new() { Binary = new() { Memory = Memory.Pinned } },
            _ => null,
        },
    };

    /// <summary>N rows of half precision per segment, always on disk.</summary>
    private static VectorParams Rows(IndexModel model, HnswConfigDiff graph) => new()
    {
        Size = (ulong)model.Dimensions,
        Distance = Distance.Dot,
        Memory = Memory.Cold,
        Datatype = Datatype.Float16,
        MultivectorConfig = new() { Comparator = MultiVectorComparator.MaxSim },
        HnswConfig = graph,
    };

    /// <summary>Qdrant builds no graph for m = 0.</summary>
    private static HnswConfigDiff Graph(QdrantOptions options, bool build) =>
        build ? new() { M = (ulong)options.HnswM, EfConstruct = (ulong)options.HnswEfConstruct } : new() { M = 0 };

    private static string? Text(MapField<string, Value> metadata, string key) =>
        metadata.TryGetValue(key, out var value) && value.HasStringValue ? value.StringValue : null;

    private static int? Number(MapField<string, Value> metadata, string key) =>
        metadata.TryGetValue(key, out var value) && value.HasIntegerValue
            ? (int)Math.Clamp(value.IntegerValue, int.MinValue, int.MaxValue) : null;
}
