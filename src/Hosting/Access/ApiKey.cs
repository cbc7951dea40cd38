using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using TcMgc.Shared;

namespace TcMgc.Hosting.Access;

/// <summary>A key as it is kept. The secret is shown once, when the key is made; only its hash stays.</summary>
/// <param name="Id">Names it in lists and logs; 12 hexadecimal digits.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Scopes">What it may do, of <see cref="Access.Scopes"/>.</param>
/// <param name="Hash">SHA-256 of the secret, 64 hexadecimal digits. A secret has 256 random bits, so that it needs no
/// salt.</param>
/// <param name="Made">When it was made or its secret was last changed.</param>
/// <param name="Revoked">Since when it is no longer valid; null for a valid one.</param>
/// <param name="Collection">The collection that it is for.</param>
public sealed record ApiKey(
    string Id, string Name, IReadOnlyList<string> Scopes, string Hash, DateTimeOffset Made, DateTimeOffset? Revoked = null,
    CollectionId Collection = default)
{
    private const string Prefix = "tcmgc";
    private const int IdBytes = 6, SecretBytes = 32;

    /// <summary>A new key, and the text that its owner presents: <c>tcmgc_ID_SECRET</c>.</summary>
    public static (ApiKey Key, string Text) Make(
        string name, IReadOnlyList<string> scopes, DateTimeOffset now, CollectionId collection = default)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        return new ApiKey(id, name, scopes, "", now, Collection: collection).WithNewSecret(now);
    }

    /// <summary>The same key with another secret; the former one is no longer valid.</summary>
    public (ApiKey Key, string Text) WithNewSecret(DateTimeOffset now)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return (this with { Hash = HashOf(secret), Made = now }, $"{Prefix}_{Id}_{secret}");
    }

    /// <summary>Whether a text has the form of a key.</summary>
    internal static bool IsKey(string text) => text.StartsWith(Prefix + "_", StringComparison.Ordinal);

    /// <summary>The id and secret of a key's text; null where it has another form.</summary>
    internal static (string Id, string Secret)? Parse(string text) =>
        text.Split('_', 3) is [Prefix, { Length: 2 * IdBytes } id, { Length: > 0 } secret] ? (id, secret) : null;

    /// <summary>Whether it is valid and this is its secret; takes as long for a nearly right secret as for a wrong one.</summary>
    internal bool Accepts(string secret) => Revoked is null
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash), Encoding.ASCII.GetBytes(HashOf(secret)));

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
