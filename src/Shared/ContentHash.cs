using System.Buffers;
using System.Security.Cryptography;

namespace TcMgc.Shared;

/// <summary>Hash and length of content, which identify it in any file or blob.</summary>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Length of the content in bytes.</param>
public sealed record ContentHash(string Sha256, long Bytes)
{
    private const int BufferBytes = 1 << 18;

    /// <summary>Id of a collection's video with this content.</summary>
    public VideoId VideoIn(CollectionId collection) => VideoId.FromSha256(Convert.FromHexString(Sha256), collection);

    /// <summary>Hashes a file.</summary>
    /// <param name="path">Its path: see <see cref="RegularFile.Open"/>.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <param name="root">The folder in which it must lie; null: anywhere.</param>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public static async ValueTask<ContentHash> OfFileAsync(
        string path, CancellationToken cancellationToken, string? root = null)
    {
        try
        {
            var file = RegularFile.Open(path, root);
            await using (file)
                return await OfCopyAsync(file, Stream.Null, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"'{path}' cannot be read ({error.Message})", error);
        }
    }

    /// <summary>Copies a stream to its end and hashes it.</summary>
    /// <param name="content">Read to its end.</param>
    /// <param name="copy">Receives the content.</param>
    /// <param name="cancellationToken">Ends the copy early.</param>
    public static async ValueTask<ContentHash> OfCopyAsync(Stream content, Stream copy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(copy);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long bytes = 0;
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
                await copy.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                bytes += read;
            }
            return new(Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
