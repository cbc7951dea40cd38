using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace TcMgc.Shared.Ids;

/// <summary>Version 5 UUIDs (RFC 9562, section 5.5): the same namespace and name give the same UUID everywhere.</summary>
internal static class NameBasedUuid
{
    /// <summary>The RFC's namespace for domain names.</summary>
    public static readonly Guid Dns = new("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

    [SuppressMessage(
        "Security", "CA5350", Justification = "RFC 9562 prescribes SHA-1 for version 5; it is not used for security.")]
    public static Guid Create(Guid nameSpace, ReadOnlySpan<byte> name)
    {
        var input = new byte[16 + name.Length];
        nameSpace.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input.AsSpan(16));
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
