namespace TcMgc.Shared.Blobs;

/// <summary>
/// An original where programs can seek in it: the user's own file, the blob store's where that is a folder, or a copy that is
/// gone when this is disposed.
/// </summary>
public sealed class OriginalFile : IAsyncDisposable
{
    private readonly string? _copy;

    private OriginalFile(string path, string? copy, string? reason) => (Path, _copy, Reason) = (path, copy, reason);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Why it cannot be read, in one line without its name; null where it can.</summary>
    public string? Reason { get; }

    /// <summary>True where it was copied to this machine's disk.</summary>
    public bool IsCopy => _copy is not null;

    /// <summary>Makes an original a file.</summary>
    /// <param name="source">Where it lies: see <see cref="Events.VideoUploaded.Source"/>.</param>
    /// <param name="bytes">Its size when it was given.</param>
    /// <param name="blobs">Holds it where it was copied.</param>
    /// <param name="cancellationToken">Gives up; no copy is left.</param>
    public static async ValueTask<OriginalFile> OpenAsync(string source, long bytes, IBlobStore blobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        if (Events.FileSource.PathIn(source) is { } path)
            return new(path, null, ReasonAgainst(path, bytes));
        if (await blobs.OpenReadAsync(source, cancellationToken) is not { } blob)
            return new(source, null, "is not in the blob store any more; give it again");
        await using (blob)
            return blob is FileStream file ? new(file.Name, null, null) : await CopyAsync(blob, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_copy is not null)
            File.Delete(_copy);
        return ValueTask.CompletedTask;
    }

    private static string? ReasonAgainst(string path, long bytes)
    {
        var file = LinkedFile.At(path);
        return file.Exists && file.Length != bytes ? $"has changed since it was given ({bytes} bytes then, {file.Length} now); give it again" : null;
    }

    private static async ValueTask<OriginalFile> CopyAsync(Stream blob, CancellationToken cancellationToken)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"tcmgc-original-{Guid.NewGuid():N}");
        var original = new OriginalFile(path, path, null);
        try
        {
            var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous });
            await using (file)
                await blob.CopyToAsync(file, cancellationToken);
            return original;
        }
        catch (Exception error)
        {
            await original.DisposeAsync();
            if (DiskFull.Is(error))
                throw DiskFull.At(System.IO.Path.GetTempPath(), error);
            throw;
        }
    }
}
