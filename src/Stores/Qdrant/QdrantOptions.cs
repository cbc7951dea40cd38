using System.ComponentModel.DataAnnotations;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>
/// Address of Qdrant and layout of its collections. Settings "of a new collection" take effect when a collection is created, for
/// example by <c>tcmgc reindex</c>.
/// </summary>
public sealed record QdrantOptions : IValidatableObject
{
    /// <summary>The configuration section; errors name keys as <c>Qdrant:Url</c>.</summary>
    public const string Section = "Qdrant";

    /// <summary>Address of the gRPC interface, http or https; default <c>http://localhost:6334</c>.</summary>
    [Required(ErrorMessage = "must be an address such as http://localhost:6334")]
    public string Url { get; init; } = "http://localhost:6334";

    /// <summary>Name of the server in messages.</summary>
    internal string Name => $"Qdrant at {Url}";

    /// <summary>The event log that the index must belong to; null: any.</summary>
    internal FollowedLog? Log { get; init; }

    /// <summary>Key that is sent as <c>api-key</c>; default none. Unencrypted over http.</summary>
    [RegularExpression("[!-~]+", ErrorMessage = "must be visible ASCII characters without spaces")]
    public string? ApiKey { get; init; }

    /// <summary>
    /// Name of the index: an alias that points at the collection of the model in use, and the prefix of the collections' names.
    /// 1 to 64 letters, digits, '.', '_', '-'; default <c>tcmgc</c>.
    /// </summary>
    [Required(ErrorMessage = "must be a name of 1 to 64 letters, digits, '.', '_' or '-'")]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        ErrorMessage = "must be a name of 1 to 64 letters, digits, '.', '_' or '-'")]
    public string Alias { get; init; } = "tcmgc";

    /// <summary>
    /// Whether pooled vectors of a new collection are on disk, while quantised copies stay in memory. Default false: in memory,
    /// 8·D bytes per segment. Frame vectors and payload are always on disk.
    /// </summary>
    public bool OnDisk { get; init; }

    /// <summary>Quantised copies of the pooled vectors of a new collection, rescored with the originals; default none.</summary>
    [EnumDataType(typeof(QdrantQuantization), ErrorMessage = "must be None, Scalar or Binary")]
    public QdrantQuantization Quantization { get; init; }

    /// <summary>Shards of a new collection, 1 to 1,024; default 1. Usually one per node, or a multiple.</summary>
    [Range(1, 1024, ErrorMessage = "must be 1 to 1024")]
    public int ShardNumber { get; init; } = 1;

    /// <summary>Copies of each shard of a new collection, 1 to 16; default 1.</summary>
    [Range(1, 16, ErrorMessage = "must be 1 to 16")]
    public int ReplicationFactor { get; init; } = 1;

    /// <summary>
    /// Edges of a node in the HNSW graph of a new collection (m), 4 to 128; default 16. More edges raise the recall and the
    /// memory.
    /// </summary>
    [Range(4, 128, ErrorMessage = "must be 4 to 128")]
    public int HnswM { get; init; } = 16;

    /// <summary>Neighbours considered while the HNSW graph of a new collection is built, 4 to 2,000; default 100.</summary>
    [Range(4, 2000, ErrorMessage = "must be 4 to 2000")]
    public int HnswEfConstruct { get; init; } = 100;

    /// <summary>
    /// Neighbours considered in a search through the HNSW graph, 1 to 10,000; default 128. At least the number of requested
    /// results.
    /// </summary>
    [Range(1, 10_000, ErrorMessage = "must be 1 to 10000")]
    public int HnswEf { get; init; } = 128;

    /// <summary>
    /// Whether frame vectors of a new collection have an HNSW graph, too: searches by still are then fast and approximate.
    /// Default false: they compare every frame.
    /// </summary>
    public bool FrameGraph { get; init; }

    /// <summary>
    /// Most segments in one write, 1 to 1,024; default 64. A write is also limited to 16 MiB, half of Qdrant's limit.
    /// </summary>
    [Range(1, 1024, ErrorMessage = "must be 1 to 1024")]
    public int BatchSize { get; init; } = 64;

    /// <summary>Time-out of one attempt of a write, 0.1 seconds to 10 minutes; default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "must be 00:00:00.1 to 00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time-out of a search, all attempts together, 0.1 seconds to 10 minutes; default 4 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "must be 00:00:00.1 to 00:10:00")]
    public TimeSpan SearchTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Retries after a transient failure (no connection, too busy, too slow), 0 to 20; default 5.</summary>
    [Range(0, 20, ErrorMessage = "must be 0 to 20")]
    public int Retries { get; init; } = 5;

    /// <summary>
    /// Delay before the first retry, 1 millisecond to 30 seconds; default 0.2 seconds. It doubles with each retry, up to 30
    /// seconds, with jitter.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30", ErrorMessage = "must be 00:00:00.001 to 00:00:30")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url.PathAndQuery.Length > 1 || url.Fragment.Length + url.UserInfo.Length > 0)
            yield return new($"must be an address such as http://localhost:6334, is '{Secrets.HideIn(Url)}'", [nameof(Url)]);
    }

    /// <summary>Checks all values.</summary>
    /// <exception cref="UserException">Values are out of range; the message names their keys and ranges.</exception>
    public void Check()
    {
        var wrong = new List<ValidationResult>();
        if (!Validator.TryValidateObject(this, new(this), wrong, validateAllProperties: true))
            throw new UserException(
                string.Join("; ", wrong.Select(result => $"{Section}:{result.MemberNames.First()} {result.ErrorMessage}")));
    }
}

/// <summary>Quantisation of vectors in memory.</summary>
public enum QdrantQuantization
{
    /// <summary>No quantisation.</summary>
    None,

    /// <summary>One byte per value: a quarter of the memory with hardly a loss.</summary>
    Scalar,

    /// <summary>One bit per value: 1/32 of the memory; for D ≥ 512.</summary>
    Binary,
}
