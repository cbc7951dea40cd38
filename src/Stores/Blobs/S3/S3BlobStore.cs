using System.Runtime.CompilerServices;
using Amazon.S3.Model;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;

namespace TcMgc.Stores.Blobs.S3;

/// <summary>
/// Stores blobs as objects in a bucket of S3 or a compatible server. An object appears when its upload is complete; large ones
/// are uploaded in parts while they stream, so that only one part is in memory.
/// </summary>
internal sealed class S3BlobStore(string place, S3Options options) : IBlobStore, IDisposable
{
    private const string Unfinished = ".unfinished/";
    private readonly S3Bucket _bucket = new(place, options);
    private readonly int _partBytes = options.PartMiB << 20;

    /// <summary>Whether the setting <c>Blobs</c> refers to this store.</summary>
    public static bool IsPlace(string blobs) => S3Bucket.IsPlace(blobs);

    public async ValueTask WriteAsync(
        string name, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        var key = KeyOf(name);
        var upload = new S3Upload(_bucket, key, _partBytes);
        await using var _ = upload;
        await write(upload, cancellationToken);
        await upload.CompleteAsync(key, cancellationToken);
    }

    public async ValueTask<BlobContent> WriteContentAsync(string folder, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        BlobName.Valid(folder);
        var unnamed = $"{_bucket.Prefix}{Unfinished}{Guid.NewGuid():N}"; // The name depends on the content.
        var upload = new S3Upload(_bucket, unnamed, _partBytes);
        await using var _ = upload;
        var (sha256, bytes) = await ContentHash.OfCopyAsync(content, upload, cancellationToken);
        var written = new BlobContent($"{folder}/{sha256}", sha256, bytes);
        var key = KeyOf(written.Name);
        if (await upload.CompleteAsync(key, cancellationToken) == key)
            return written;
        try
        {
            await S3Upload.CopyAsync(_bucket, unnamed, key, bytes, cancellationToken);
        }
        finally
        {
            await DeleteKeyAsync(unnamed, CancellationToken.None);
        }
        return written;
    }

    public async ValueTask<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        await S3ReadStream.OpenAsync(_bucket, KeyOf(name), cancellationToken);

    /// <summary>
    /// Uses a listing: a HEAD request does not distinguish a missing bucket from a missing object.
    /// </summary>
    public async ValueTask<BlobInfo?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var key = KeyOf(name);
        var first = await _bucket.SendAsync(
            s3 => s3.ListObjectsV2Async(new() { BucketName = _bucket.Name, Prefix = key, MaxKeys = 1 }, cancellationToken));
        return first.S3Objects is [{ } found, ..] && found.Key == key ? Info(found) : null;
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken) =>
        DeleteKeyAsync(KeyOf(name), cancellationToken);

    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        await foreach (var found in ObjectsAsync(prefix, cancellationToken))
            if (Info(found) is var blob && !blob.Name.StartsWith('.'))
                yield return blob;
    }

    /// <summary>Asks for an object: a bucket has room, and each write of a probe would be paid for.</summary>
    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await FindAsync("ready", cancellationToken);

    public async ValueTask<int> SweepUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var swept = 0;
        await foreach (var left in UploadsAsync(cancellationToken))
            if (WrittenAt(left.Initiated) < before)
            {
                await _bucket.FindAsync(
                    s3 => s3.AbortMultipartUploadAsync(_bucket.Name, left.Key, left.UploadId, cancellationToken));
                swept++;
            }
        await foreach (var left in ObjectsAsync(Unfinished, cancellationToken))
            if (WrittenAt(left.LastModified) < before)
            {
                await DeleteKeyAsync(left.Key, cancellationToken);
                swept++;
            }
        return swept;
    }

    public void Dispose() => _bucket.Dispose();

    private async IAsyncEnumerable<S3Object> ObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        var page = new ListObjectsV2Request { BucketName = _bucket.Name, Prefix = _bucket.Prefix + prefix };
        ListObjectsV2Response answer;
        do
        {
            answer = await _bucket.SendAsync(s3 => s3.ListObjectsV2Async(page, cancel));
            foreach (var found in answer.S3Objects ?? [])
                yield return found;
            page.ContinuationToken = answer.NextContinuationToken;
        }
        while (answer.IsTruncated is true);
    }

    private async IAsyncEnumerable<MultipartUpload> UploadsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var page = new ListMultipartUploadsRequest { BucketName = _bucket.Name, Prefix = _bucket.Prefix };
        ListMultipartUploadsResponse answer;
        do
        {
            answer = await _bucket.SendAsync(s3 => s3.ListMultipartUploadsAsync(page, cancel));
            foreach (var left in answer.MultipartUploads ?? [])
                yield return left;
            page.KeyMarker = answer.NextKeyMarker;
            page.UploadIdMarker = answer.NextUploadIdMarker;
        }
        while (answer.IsTruncated is true);
    }

    private async ValueTask DeleteKeyAsync(string key, CancellationToken cancel) =>
        await _bucket.FindAsync(s3 => s3.DeleteObjectAsync(_bucket.Name, key, cancel));

    private BlobInfo Info(S3Object found) =>
        new(found.Key[_bucket.Prefix.Length..], found.Size ?? 0, WrittenAt(found.LastModified));

    private static DateTimeOffset WrittenAt(DateTime? time) =>
        time is { } known ? new(known.ToUniversalTime()) : DateTimeOffset.MaxValue;

    private string KeyOf(string name) => _bucket.Prefix + BlobName.Valid(name);
}
