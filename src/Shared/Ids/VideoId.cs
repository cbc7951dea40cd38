using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace TcMgc.Shared;

/// <summary>
/// Id of a video by its content and its collection: the UUIDv5 (RFC 9562) of the content's SHA-256, in the default collection in
/// <see cref="Namespace"/>, in another one in the UUIDv5 of its name in that. The same file uploaded twice to a collection is one
/// video; in two collections it is two.
/// </summary>
/// <param name="Value">The UUID.</param>
[JsonConverter(typeof(VideoIdJson))]
public readonly record struct VideoId(Guid Value)
{
    /// <summary>
    /// The namespace of the default collection's video ids, itself the UUIDv5 of <c>tcmgc.video</c> in the RFC's namespace for
    /// domain names.
    /// </summary>
    public static readonly Guid Namespace = new("0efc1460-e37e-542e-a097-82d034e24218");

    /// <summary>The id of the video of a collection whose content has this SHA-256.</summary>
    /// <param name="sha256">The 32 bytes of the hash.</param>
    /// <param name="collection">The collection.</param>
    /// <exception cref="ArgumentException">The hash does not have 32 bytes.</exception>
    public static VideoId FromSha256(ReadOnlySpan<byte> sha256, CollectionId collection = default) =>
        sha256.Length == SHA256.HashSizeInBytes
        ? new(Ids.NameBasedUuid.Create(NamespaceOf(collection), sha256))
        : throw new ArgumentException($"a SHA-256 has {SHA256.HashSizeInBytes} bytes, not {sha256.Length}", nameof(sha256));

    /// <summary>Reads the form that <see cref="ToString"/> writes; false where <paramref name="text"/> is not a UUID.</summary>
    public static bool TryParse(string? text, out VideoId id)
    {
        var parsed = Guid.TryParse(text, out var value);
        id = new(value);
        return parsed;
    }

    /// <summary>The namespace of the ids of a collection's videos.</summary>
    internal static Guid NamespaceOf(CollectionId collection) => collection.IsDefault
        ? Namespace
        : Ids.NameBasedUuid.Create(Namespace, Encoding.ASCII.GetBytes(collection.Name));

    /// <summary>The UUID in lower case with hyphens.</summary>
    public override string ToString() => Value.ToString();
}
