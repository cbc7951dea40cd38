using System.Runtime.CompilerServices;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;

namespace TcMgc.Stores.Blobs;

/// <summary>
/// Stores blobs as files below a folder, with their names as paths. A blob is written to a hidden file and renamed when it is
/// complete and durable; so is its name, before the write returns.
/// If the folder of those files is missing, the store is unavailable (a share that is not mounted), not empty.
/// </summary>
public sealed class FolderBlobStore : IBlobStore
{
    private const string Unfinished = ".unfinished";
    private readonly string _root;
    private readonly bool _isOwners;
    private readonly Action<string> _flush;

    /// <param name="root">The folder, which is created where it is missing.</param>
    /// <param name="isOwners">
    /// Whether only their owner can read folders and files; false: as the system's defaults say, since others may share them.
    /// </param>
    public FolderBlobStore(string root, bool isOwners = false) : this(root, isOwners, DurableFolder.Flush) { }

    /// <param name="root">The folder.</param>
    /// <param name="isOwners">Whether only their owner can read folders and files.</param>
    /// <param name="flush">Makes the names in a folder durable.</param>
    internal FolderBlobStore(string root, bool isOwners, Action<string> flush)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _isOwners = isOwners;
        _flush = flush;
        Guarded(() =>
        {
            CreateFolder(_root);
            CreateFolder(Path.Combine(_root, Unfinished));
        });
    }

    /// <summary>Full path of the folder.</summary>
    public string Root => _root;

    public async ValueTask WriteAsync(
        string name, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        BlobName.Valid(name);
        await WriteAsync(async file =>
        {
            await write(file, cancellationToken);
            return name;
        });
    }

    public async ValueTask<BlobContent> WriteContentAsync(string folder, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        BlobName.Valid(folder);
        BlobContent? written = null;
        await WriteAsync(async file =>
        {
            var (sha256, bytes) = await ContentHash.OfCopyAsync(content, file, cancellationToken);
            written = new($"{folder}/{sha256}", sha256, bytes);
            return written.Name;
        });
        return written!;
    }

    public ValueTask<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        return new(Guarded(() => Exists(new FileInfo(path))
            ? (Stream)new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16)
            : null));
    }

    public ValueTask<BlobInfo?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(name));
        return new(Guarded(() => Exists(file) ? Info(file) : (BlobInfo?)null));
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        Guarded(() =>
        {
            if (Exists(new FileInfo(path)))
                File.Delete(path);
        });
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        await ValueTask.CompletedTask;
        var below = new DirectoryInfo(prefix.LastIndexOf('/') is > 0 and var end ? PathOf(prefix[..end]) : _root);
        var blobs = Guarded(() => !Exists(below) ? [] : below.EnumerateFiles("*", SearchOption.AllDirectories)
            .SelectMany(Present)
            .Where(blob => blob.Name.StartsWith(prefix, StringComparison.Ordinal) && !blob.Name.StartsWith('.'))
            .OrderBy(blob => blob.Name, StringComparer.Ordinal)
            .ToList());
        foreach (var blob in blobs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return blob;
        }
    }

    public ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        Guarded(() =>
        {
            ThrowIfAway();
            DiskProbe.Write(Path.Combine(_root, Unfinished));
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<int> SweepUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        new(SweepUnfinished(before));

    /// <inheritdoc cref="IBlobStore.SweepUnfinishedAsync"/>
    public int SweepUnfinished(DateTimeOffset before) => Guarded(() =>
    {
        var left = new DirectoryInfo(Path.Combine(_root, Unfinished)).EnumerateFiles()
            .Where(file => file.LastWriteTimeUtc < before).ToList();
        left.ForEach(file => file.Delete());
        return left.Count;
    });

    /// <summary>
    /// Writes a blob, which is complete and durable before it gets the name that <paramref name="write"/> returns.
    /// </summary>
    private async ValueTask WriteAsync(Func<FileStream, ValueTask<string>> write)
    {
        var unfinished = Path.Combine(_root, Unfinished, Guid.NewGuid().ToString("N"));
        try
        {
            string path;
            var file = Guarded(() => new FileStream(unfinished, Options()));
            await using (file)
            {
                path = PathOf(await write(file));
                Guarded(() => file.Flush(flushToDisk: true));
            }
            Guarded(() =>
            {
                var folder = Path.GetDirectoryName(path)!;
                CreateFolder(folder);
                File.Move(unfinished, path, overwrite: true);
                DurableFolder.FlushUpTo(folder, _root, _flush); // An event that names the blob must not outlive it.
            });
        }
        catch (Exception error)
        {
            if (File.Exists(unfinished)) // Otherwise its folder may be unavailable, too.
                File.Delete(unfinished);
            if (DiskFull.Is(error)) // From the caller's writes.
                throw DiskFull.At(_root, error);
            throw;
        }
    }

    private void CreateFolder(string path)
    {
        if (_isOwners)
            OwnerOnly.CreateFolder(path);
        else
            Directory.CreateDirectory(path);
    }

    private FileStreamOptions Options()
    {
        var options = _isOwners
            ? OwnerOnly.Options(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None)
            : new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None };
        options.BufferSize = 1 << 16;
        return options;
    }

    private bool Exists(FileSystemInfo file)
    {
        if (!file.Exists)
            ThrowIfAway();
        return file.Exists;
    }

    private void ThrowIfAway()
    {
        if (!Directory.Exists(Path.Combine(_root, Unfinished)))
            throw new DirectoryNotFoundException("the folder is missing, or is another one.");
    }

    /// <summary>A file that is listed; none where it is deleted meanwhile.</summary>
    private IEnumerable<BlobInfo> Present(FileInfo file)
    {
        try
        {
            return [Info(file)];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    private BlobInfo Info(FileInfo file) =>
        new(Path.GetRelativePath(_root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file.Length,
            file.LastWriteTimeUtc);

    private string PathOf(string name) => Path.Combine(_root, BlobName.Valid(name));

    private void Guarded(Action action) => Guarded(() =>
    {
        action();
        return true;
    });

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException || DiskFull.Is(error))
        {
            throw DiskFull.Is(error) ? DiskFull.At(_root, error)
                : new StoreUnavailableException(_root, $"{_root}: {error.Message} Check its mount and its permissions.", error);
        }
    }
}
