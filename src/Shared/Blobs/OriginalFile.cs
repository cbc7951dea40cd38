namespace TcMgc.Shared.Blobs;

/// <summary>
/// An original as a seekable file: the user's own file, the file of a blob store in a folder, or a temporary copy that is deleted
/// with this object.
/// </summary>
public sealed class OriginalFile : IAsyncDisposable
{
    private readonly string? _copy;

    private OriginalFile(string path, string? copy, string? reason)
    {
        Path = path;
        _copy = copy;
        Reason = reason;
    }

    /// <summary>Path of the file.</summary>
    public string Path { get; }

    /// <summary>Why the file cannot be read, in one line without its name; null where it can.</summary>
    public string? Reason { get; }

    /// <summary>Whether the file is a copy on this machine's disk.</summary>
    public bool IsCopy => _copy is not null;

    /// <summary>Opens an original as a file.</summary>
    /// <param name="source">Where the original is, see <see cref="Events.VideoUploaded.Source"/>.</param>
    /// <param name="bytes">Size in bytes at the time of the upload.</param>
    /// <param name="blobs">Has the original if it is a blob.</param>
    /// <param name="cancellationToken">Ends the work; no copy is left.</param>
    public static async ValueTask<OriginalFile> OpenAsync(
        string source, long bytes, IBlobStore blobs, CancellationToken cancellationToken)
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

    /// <summary>Why a file is not the one that was given; null also where there is none, which its reader says.</summary>
    private static string? ReasonAgainst(string path, long bytes)
    {
        try
        {
            using var file = RegularFile.Open(path);
            return file.Length == bytes ? null
                : $"has changed since it was given ({bytes} bytes then, {file.Length} now); give it again";
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read any more ({error.Message})";
        }
    }

    private static async ValueTask<OriginalFile> CopyAsync(Stream blob, CancellationToken cancellationToken)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"tcmgc-original-{Guid.NewGuid():N}");
        var original = new OriginalFile(path, path, null);
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
            };
            var file = new FileStream(path, options);
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
