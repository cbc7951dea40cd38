namespace TcMgc.Shared.Blobs;

/// <summary>
/// Originals, frame packs and thumbnails by name. A name is one to eight parts of ASCII letters, digits, <c>.</c>, <c>_</c> and
/// <c>-</c>, joined by <c>/</c>; no part starts with a dot; at most 255 characters.
/// </summary>
public interface IBlobStore
{
    /// <summary>
    /// Writes a blob, in place of one that may have had the name. It appears whole when <paramref name="write"/> has returned, or
    /// not at all.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not one.</exception>
    /// <exception cref="UserException">The store cannot be written (full, read-only).</exception>
    ValueTask WriteAsync(string name, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a blob that is named by its content, <c>folder/SHA-256</c>, hashed while it streams. Content that is there already
    /// is replaced by the same.
    /// </summary>
    /// <param name="folder">What stands before the hash in the name.</param>
    /// <param name="content">Read to its end; the caller's to dispose.</param>
    /// <param name="cancellationToken">Gives up; nothing is left.</param>
    /// <exception cref="UserException">The store cannot be written (full, read-only).</exception>
    ValueTask<BlobContent> WriteContentAsync(string folder, Stream content, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a blob for reading (seekable); null where there is none. A reader never gets a mix of a blob and the one that took
    /// its place: it reads on, or where the store cannot keep the former one that long is told by a <see cref="UserException"/>.
    /// </summary>
    ValueTask<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>What is known of a blob; null where there is none.</summary>
    ValueTask<BlobInfo?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; nothing happens where there is none.</summary>
    ValueTask DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>The blobs whose names start with a prefix (empty: all), in the order of their names.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes what writes left that were cut off (a killed process, a lost connection).</summary>
    /// <param name="before">What was begun or written to since is left alone: its writer may be alive.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many there were.</returns>
    ValueTask<int> SweepUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>What is known of a blob without opening it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Written">When it was written last, by the store's clock.</param>
public readonly record struct BlobInfo(string Name, long Bytes, DateTimeOffset Written);

/// <summary>A blob that is named by its content.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sha256">SHA-256 of the content, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Its size.</param>
public sealed record BlobContent(string Name, string Sha256, long Bytes)
{
    /// <summary>The video that this content is.</summary>
    public VideoId VideoId => VideoId.FromSha256(Convert.FromHexString(Sha256));
}
