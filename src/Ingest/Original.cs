using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;

namespace TcMgc.Ingest;

/// <summary>An uploaded file where ffmpeg can seek in it: the user's own, or a copy of a blob that is gone when this is disposed.</summary>
internal sealed class Original : IAsyncDisposable
{
    private readonly string? _copy;

    private Original(string path, string? copy, string? reason) => (Path, _copy, Reason) = (path, copy, reason);

    public string Path { get; }

    /// <summary>Why it cannot be decoded; null where it can.</summary>
    public string? Reason { get; }

    public static async ValueTask<Original> OpenAsync(VideoUploaded upload, IBlobStore blobs, CancellationToken cancellationToken)
    {
        if (upload.LocalPath is { } path)
            return new(path, null, ReasonAgainst(path, upload.Bytes));
        if (await blobs.OpenReadAsync(upload.Source, cancellationToken).ConfigureAwait(false) is not { } blob)
            return new(upload.Source, null, "is not in the blob store any more; give it again");
        await using (blob.ConfigureAwait(false))
            return await CopyAsync(blob, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        if (_copy is not null)
            File.Delete(_copy);
        return ValueTask.CompletedTask;
    }

    private static string? ReasonAgainst(string path, long bytes)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length != bytes ? $"has changed since it was given ({bytes} bytes then, {file.Length} now); give it again" : null;
    }

    private static async ValueTask<Original> CopyAsync(Stream blob, CancellationToken cancellationToken)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"tcmgc-original-{Guid.NewGuid():N}");
        var original = new Original(path, path, null);
        try
        {
            var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous });
            await using (file.ConfigureAwait(false))
                await blob.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
            return original;
        }
        catch
        {
            await original.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
