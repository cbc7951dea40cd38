namespace TcMgc.Shared.Blobs;

/// <summary>
/// Stores originals, frame packs and thumbnails by name. A name is one to eight parts of ASCII letters, digits, <c>.</c>,
/// <c>_</c> and <c>-</c>, joined by <c>/</c>; no part starts with a dot; at most 255 characters.
/// </summary>
public interface IBlobStore
{
    /// <summary>
    /// Writes a blob, replacing one of the same name. It appears complete after <paramref name="write"/> has returned, or not at
    /// all.
    /// </summary>
    /// <exception cref="ArgumentException">The name is invalid.</exception>
    /// <exception cref="UserException">The store cannot be written (full, read-only).</exception>
    ValueTask WriteAsync(string name, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a blob named after its content, <c>folder/SHA-256</c>, which is hashed while it streams. The same content replaces
    /// itself.
    /// </summary>
    /// <param name="folder">The part of the name before the hash.</param>
    /// <param name="content">Read to its end; the caller disposes it.</param>
    /// <param name="cancellationToken">Ends the write; no blob is left.</param>
    /// <exception cref="UserException">The store cannot be written (full, read-only).</exception>
    ValueTask<BlobContent> WriteContentAsync(string folder, Stream content, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a blob for reading (seekable); null where there is none. A reader never gets a mix of a blob and its replacement: it
    /// reads the old one to the end, or fails with a <see cref="UserException"/> if the store no longer has it.
    /// </summary>
    ValueTask<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Properties of a blob; null where there is none.</summary>
    ValueTask<BlobInfo?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; nothing happens where there is none.</summary>
    ValueTask DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>The blobs whose names start with a prefix (empty for all), ordered by name.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Checks that the store can be used; one in a folder, that the folder can be written.</summary>
    /// <exception cref="UserException">It cannot; the message says why.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);

    /// <summary>Deletes the remains of interrupted writes (killed process, lost connection).</summary>
    /// <param name="before">Writes that were active at this time or later are kept: they may still run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Number of deleted remains.</returns>
    ValueTask<int> SweepUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>Properties of a blob.</summary>
/// <param name="Name">Name of the blob.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Written">Time of the last write, by the store's clock.</param>
public readonly record struct BlobInfo(string Name, long Bytes, DateTimeOffset Written);

/// <summary>A blob that is named after its content.</summary>
/// <param name="Name">Name of the blob.</param>
/// <param name="Sha256">SHA-256 of the content, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Size in bytes.</param>
public sealed record BlobContent(string Name, string Sha256, long Bytes);
