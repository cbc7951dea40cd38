using System.Runtime.CompilerServices;
using TcMgc.Shared.Blobs;

namespace TcMgc.Stores;

/// <summary>A blob store that is checked to belong to the log before it is used first.</summary>
internal sealed class CheckedBlobs(IBlobStore blobs, FollowedLog log, string name) : IBlobStore, IDisposable
{
    private volatile bool _isChecked;

    public async ValueTask CheckAsync(CancellationToken cancellationToken) =>
        await (await StoreAsync(cancellationToken)).CheckAsync(cancellationToken);

    public async ValueTask WriteAsync(
        string name, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken) =>
        await (await StoreAsync(cancellationToken)).WriteAsync(name, write, cancellationToken);

    public async ValueTask<BlobContent> WriteContentAsync(string folder, Stream content, CancellationToken cancellationToken) =>
        await (await StoreAsync(cancellationToken)).WriteContentAsync(folder, content, cancellationToken);

    public async ValueTask<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        await (await StoreAsync(cancellationToken)).OpenReadAsync(name, cancellationToken);

    public async ValueTask<BlobInfo?> FindAsync(string name, CancellationToken cancellationToken) =>
        await (await StoreAsync(cancellationToken)).FindAsync(name, cancellationToken);

    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken) =>
        await (await StoreAsync(cancellationToken)).DeleteAsync(name, cancellationToken);

    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var blob in (await StoreAsync(cancellationToken)).ListAsync(prefix, cancellationToken))
            yield return blob;
    }

    public async ValueTask<int> SweepUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        await (await StoreAsync(cancellationToken)).SweepUnfinishedAsync(before, cancellationToken);

    public void Dispose() => (blobs as IDisposable)?.Dispose();

    private async ValueTask<IBlobStore> StoreAsync(CancellationToken cancel)
    {
        if (!_isChecked)
            await log.RequireAsync(blobs, name, cancel);
        _isChecked = true;
        return blobs;
    }
}
