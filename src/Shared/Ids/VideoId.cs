using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace TcMgc.Shared;

/// <summary>
/// Id of a video by its content: the UUIDv5 (RFC 9562) of the content's SHA-256 in <see cref="Namespace"/>. The same file
/// uploaded twice is one video.
/// </summary>
/// <param name="Value">The UUID.</param>
[JsonConverter(typeof(VideoIdJson))]
public readonly record struct VideoId(Guid Value)
{
    /// <summary>
    /// The namespace of video ids, itself the UUIDv5 of <c>tcmgc.video</c> in the RFC's namespace for domain names.
    /// </summary>
    public static readonly Guid Namespace = new("0efc1460-e37e-542e-a097-82d034e24218");

    /// <summary>The id of the video whose content has this SHA-256.</summary>
    /// <param name="sha256">The 32 bytes of the hash.</param>
    /// <exception cref="ArgumentException">The hash does not have 32 bytes.</exception>
    public static VideoId FromSha256(ReadOnlySpan<byte> sha256) => sha256.Length == SHA256.HashSizeInBytes
        ? new(Ids.NameBasedUuid.Create(Namespace, sha256))
        : throw new ArgumentException($"a SHA-256 has {SHA256.HashSizeInBytes} bytes, not {sha256.Length}", nameof(sha256));

    /// <summary>Reads the form that <see cref="ToString"/> writes; false where <paramref name="text"/> is not a UUID.</summary>
    public static bool TryParse(string? text, out VideoId id)
    {
        var parsed = Guid.TryParse(text, out var value);
        id = new(value);
        return parsed;
    }

    /// <summary>The UUID in lower case with hyphens.</summary>
    public override string ToString() => Value.ToString();
}
