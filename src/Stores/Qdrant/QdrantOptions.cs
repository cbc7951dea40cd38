using System.ComponentModel.DataAnnotations;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>
/// Where Qdrant is and how its collections are laid out. What says "of a new collection" has effect when the collection is
/// created: <c>tcmgc reindex</c> builds one anew.
/// </summary>
public sealed record QdrantOptions : IValidatableObject
{
    /// <summary>The configuration section; errors name keys as <c>Qdrant:Url</c>.</summary>
    public const string Section = "Qdrant";

    /// <summary>Address of the gRPC interface, http or https; default <c>http://localhost:6334</c>.</summary>
    [Required(ErrorMessage = "must be an address such as http://localhost:6334")]
    public string Url { get; init; } = "http://localhost:6334";

    /// <summary>What messages call it.</summary>
    internal string Name => $"Qdrant at {Url}";

    /// <summary>Sent as <c>api-key</c>; default none. Over http it travels in the clear.</summary>
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
    /// True: pooled vectors of a new collection are mapped from disk (quantised copies stay in memory); default false: in memory,
    /// 8·D bytes a segment. Frame vectors and payload always are on disk.
    /// </summary>
    public bool OnDisk { get; init; }

    /// <summary>Quantised copies of the pooled vectors of a new collection, rescored with the originals; default none.</summary>
    [EnumDataType(typeof(QdrantQuantization), ErrorMessage = "must be None, Scalar or Binary")]
    public QdrantQuantization Quantization { get; init; }

    /// <summary>Shards of a new collection, 1 to 1,024; default 1. About one a node, or a multiple.</summary>
    [Range(1, 1024, ErrorMessage = "must be 1 to 1024")]
    public int ShardNumber { get; init; } = 1;

    /// <summary>Copies of each shard of a new collection, 1 to 16; default 1.</summary>
    [Range(1, 16, ErrorMessage = "must be 1 to 16")]
    public int ReplicationFactor { get; init; } = 1;

    /// <summary>
    /// Edges of a node in the HNSW graph of a new collection (m), 4 to 128; default 16. More find more and take more memory.
    /// </summary>
    [Range(4, 128, ErrorMessage = "must be 4 to 128")]
    public int HnswM { get; init; } = 16;

    /// <summary>Neighbours considered while the HNSW graph of a new collection is built, 4 to 2,000; default 100.</summary>
    [Range(4, 2000, ErrorMessage = "must be 4 to 2000")]
    public int HnswEfConstruct { get; init; } = 100;

    /// <summary>
    /// Neighbours considered in a search through the HNSW graph, 1 to 10,000; default 128. Never fewer than are asked for.
    /// </summary>
    [Range(1, 10_000, ErrorMessage = "must be 1 to 10000")]
    public int HnswEf { get; init; } = 128;

    /// <summary>
    /// True: frame vectors of a new collection have an HNSW graph too and searches by still go through it, fast and approximate;
    /// default false: no graph is built over them and searches by still compare every frame.
    /// </summary>
    public bool FrameGraph { get; init; }

    /// <summary>
    /// Most segments in one write, 1 to 1,024; default 64. A write stays below 16 MiB (half of what Qdrant takes) besides.
    /// </summary>
    [Range(1, 1024, ErrorMessage = "must be 1 to 1024")]
    public int BatchSize { get; init; } = 64;

    /// <summary>Longest time that one attempt of a write may take, 0.1 seconds to 10 minutes; default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "must be 00:00:00.1 to 00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest time that a search may wait for an answer, all attempts together, 0.1 seconds to 10 minutes; default 4 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "must be 00:00:00.1 to 00:10:00")]
    public TimeSpan SearchTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Further attempts after a failure that may pass (no connection, too busy, too slow), 0 to 20; default 5.</summary>
    [Range(0, 20, ErrorMessage = "must be 0 to 20")]
    public int Retries { get; init; } = 5;

    /// <summary>
    /// Wait before the second attempt, doubled for each further one up to 30 seconds, with jitter; 1 millisecond to 30 seconds,
    /// default 0.2 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30", ErrorMessage = "must be 00:00:00.001 to 00:00:30")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url.PathAndQuery.Length > 1 || url.Fragment.Length + url.UserInfo.Length > 0)
            yield return new($"must be an address such as http://localhost:6334, is '{Url}'", [nameof(Url)]);
    }

    /// <summary>Checks every value.</summary>
    /// <exception cref="UserException">Names the keys that are wrong and what they take.</exception>
    public void Check()
    {
        var wrong = new List<ValidationResult>();
        if (!Validator.TryValidateObject(this, new(this), wrong, validateAllProperties: true))
            throw new UserException(
                string.Join("; ", wrong.Select(result => $"{Section}:{result.MemberNames.First()} {result.ErrorMessage}")));
    }
}

/// <summary>How vectors are kept smaller in memory.</summary>
public enum QdrantQuantization
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>A byte a value: a quarter of the memory, hardly a loss.</summary>
    Scalar,

    /// <summary>A bit a value: a thirty-second; for D of 512 and more.</summary>
    Binary,
}
