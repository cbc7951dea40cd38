using Amazon.S3.Model;
using TcMgc.Shared;

namespace TcMgc.Stores.Blobs.S3;

/// <summary>
/// Uploads a blob while it is written: one part is in memory, earlier ones are already in the store. The blob appears with
/// <see cref="CompleteAsync"/>; without that, disposing discards it.
/// </summary>
internal sealed class S3Upload(S3Bucket bucket, string key, int partBytes) : Stream
{
    private const int CopyPartBytes = 256 << 20;
    private const int MaxParts = 10_000;

    private readonly MemoryStream _part = new();
    private readonly List<PartETag> _sent = [];
    private string? _upload;
    private bool _complete;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Copies an object within the store, in parts: a single copy is limited to 5 GB.</summary>
    /// <param name="bucket">Bucket of both.</param>
    /// <param name="source">Key of the object, which is not empty.</param>
    /// <param name="key">Key of the copy.</param>
    /// <param name="bytes">Size of the object.</param>
    /// <param name="cancel">Ends the copy; nothing of it is left.</param>
    public static async ValueTask CopyAsync(S3Bucket bucket, string source, string key, long bytes, CancellationToken cancel)
    {
        var copy = new S3Upload(bucket, key, CopyPartBytes);
        await using var _ = copy;
        var part = Math.Max(CopyPartBytes, (bytes + MaxParts - 1) / MaxParts);
        for (long from = 0; from < bytes; from += part)
            await copy.CopyPartAsync(source, from, Math.Min(from + part, bytes) - 1, cancel);
        await copy.EndAsync(cancel);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (_part.Length == partBytes)
                await SendPartAsync(cancellationToken);
            var count = (int)Math.Min(buffer.Length, partBytes - _part.Length);
            _part.Write(buffer.Span[..count]);
            buffer = buffer[count..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Completes the upload, so that the blob appears.</summary>
    /// <param name="name">Key for a blob that fits in one part; it may differ from that of the upload.</param>
    /// <param name="cancel">Ends the upload.</param>
    /// <returns>The blob's key: <paramref name="name"/>, or that of the upload if there were several parts.</returns>
    public async ValueTask<string> CompleteAsync(string name, CancellationToken cancel)
    {
        if (_upload is not null)
        {
            await SendPartAsync(cancel);
            await EndAsync(cancel);
            return key;
        }
        await bucket.SendAsync(s3 => s3.PutObjectAsync(new()
        {
            BucketName = bucket.Name,
            Key = name,
            InputStream = Rewound(),
            AutoCloseStream = false,
            UseChunkEncoding = false,
        }, cancel));
        _complete = true;
        return name;
    }

    public override async ValueTask DisposeAsync()
    {
        await _part.DisposeAsync();
        if (_upload is { } begun && !_complete)
            await AbandonAsync(begun);
        await base.DisposeAsync();
    }

    public override void Flush()
    {
        // Parts are sent when they are full.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("a blob of S3 is written asynchronously");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask SendPartAsync(CancellationToken cancel)
    {
        var upload = await BeginAsync(cancel);
        var sent = await bucket.SendAsync(s3 => s3.UploadPartAsync(new()
        {
            BucketName = bucket.Name,
            Key = key,
            UploadId = upload,
            PartNumber = _sent.Count + 1,
            InputStream = Rewound(),
            PartSize = _part.Length,
            UseChunkEncoding = false,
        }, cancel));
        _sent.Add(new(_sent.Count + 1, sent.ETag));
        _part.SetLength(0);
    }

    private async ValueTask CopyPartAsync(string source, long first, long last, CancellationToken cancel)
    {
        var upload = await BeginAsync(cancel);
        var copied = await bucket.SendAsync(s3 => s3.CopyPartAsync(new()
        {
            SourceBucket = bucket.Name,
            SourceKey = source,
            DestinationBucket = bucket.Name,
            DestinationKey = key,
            UploadId = upload,
            PartNumber = _sent.Count + 1,
            FirstByte = first,
            LastByte = last,
        }, cancel));
        _sent.Add(new(_sent.Count + 1, copied.ETag));
    }

    private async ValueTask<string> BeginAsync(CancellationToken cancel) => _upload ??=
        (await bucket.SendAsync(s3 => s3.InitiateMultipartUploadAsync(bucket.Name, key, cancel))).UploadId;

    private async ValueTask EndAsync(CancellationToken cancel)
    {
        await bucket.SendAsync(
            s3 => s3.CompleteMultipartUploadAsync(
                new() { BucketName = bucket.Name, Key = key, UploadId = _upload, PartETags = _sent }, cancel));
        _complete = true;
    }

    /// <summary>Discards the upload; if the store cannot be reached, the sweep does it later.</summary>
    private async ValueTask AbandonAsync(string upload)
    {
        try
        {
            await bucket.FindAsync(s3 => s3.AbortMultipartUploadAsync(bucket.Name, key, upload, CancellationToken.None));
        }
        catch (UserException)
        {
            // The first failure is reported instead.
        }
    }

    private MemoryStream Rewound()
    {
        _part.Position = 0;
        return _part;
    }
}
