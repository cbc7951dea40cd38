using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TcMgc.Shared.Vectors.Qdrant;

/// <summary>How a model's collection is named, laid out and searched.</summary>
internal static class CollectionLayout
{
    private const int LongestName = 200;

    /// <summary>Vectors are unit already; Dot returns them to the bit, Cosine would normalise them once more.</summary>
    private const string Distance = "Dot";

    /// <summary>The alias, a hyphen and the model's id; where the id has other characters than a name may, a hash keeps names apart.</summary>
    public static string Name(string alias, string modelId)
    {
        var plain = string.Concat(modelId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));
        var name = $"{alias}-{plain}";
        return plain == modelId && name.Length <= LongestName
            ? name
            : $"{name[..Math.Min(name.Length, LongestName)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(modelId)).AsSpan(0, 4))}";
    }

    /// <summary>True where one collection holds the vectors of both; a model may have moved.</summary>
    public static bool Same(IndexModel a, IndexModel b) => a with { Folder = null } == b with { Folder = null };

    public static CreateCollection Create(IndexModel model, QdrantOptions options) => new(
        new()
        {
            [PointFields.Text] = Pooled(model, options),
            [PointFields.Image] = Pooled(model, options),
            // N rows a segment: on disk always, as halves, which they are.
            [PointFields.Frames] = new(model.Dimensions, Distance, OnDisk: true, Graph(options, build: options.FrameGraph), null, "float16", new("max_sim")),
        },
        options.ShardNumber, options.ReplicationFactor, OnDiskPayload: true, Metadata(model));

    public static ModelMetadata Metadata(IndexModel model) => new(model.Id, model.Dimensions, model.Frames, model.Folder ?? "");

    /// <summary>The model that the metadata names; null where the vectors are not of its size.</summary>
    /// <exception cref="InvalidOperationException">The collection is not TcMgc's.</exception>
    /// <exception cref="KeyNotFoundException">As before.</exception>
    public static IndexModel? ModelOf(CollectionConfig config)
    {
        var (metadata, folder) = (config.Metadata, config.Metadata.GetProperty("folder").GetString()!);
        var model = new IndexModel(metadata.GetProperty("model").GetString()!, metadata.GetProperty("dimensions").GetInt32(),
            metadata.GetProperty("frames").GetInt32(), folder.Length == 0 ? null : folder);
        return new[] { PointFields.Text, PointFields.Image, PointFields.Frames }.All(vector => Size(config.Params.Vectors, vector) == model.Dimensions) ? model : null;
    }

    public static SearchParams Search(string vector, QdrantOptions options) => vector == PointFields.Frames
        ? new(Exact: !options.FrameGraph, options.FrameGraph ? options.HnswEf : null, null)
        : new(null, options.HnswEf, options.Quantization switch
        {
            QdrantQuantization.Scalar => new(Rescore: true, Oversampling: 2),
            QdrantQuantization.Binary => new(Rescore: true, Oversampling: 4),
            _ => null,
        });

    private static VectorParams Pooled(IndexModel model, QdrantOptions options) =>
        new(model.Dimensions, Distance, options.OnDisk, Graph(options, build: true), options.Quantization switch
        {
            QdrantQuantization.Scalar => new(new("int8", Quantile: 0.99f, AlwaysRam: true), null),
            QdrantQuantization.Binary => new(null, new(AlwaysRam: true)),
            _ => null,
        }, null, null);

    /// <summary>A graph of no edges is not built.</summary>
    private static HnswConfig Graph(QdrantOptions options, bool build) => build ? new(options.HnswM, options.HnswEfConstruct) : new(0, null);

    private static int Size(JsonElement vectors, string vector) => vectors.GetProperty(vector).GetProperty("size").GetInt32();
}
