using System.Globalization;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using TcMgc.Shared;

namespace TcMgc.Stores.Blobs.S3;

/// <summary>
/// Reads an object in windows, each by a range request for the opened version: seeking is free, and no connection stays open
/// while a player pauses. Windows grow while the reading is sequential.
/// </summary>
internal sealed class S3ReadStream : Stream
{
    private const int FirstWindow = 1 << 18, MaxWindow = 1 << 22, Attempts = 3;

    private readonly S3Bucket _bucket;
    private readonly string _key;
    private readonly string? _version;
    private byte[] _window = [];
    private long _windowStart;
    private long _position;

    private S3ReadStream(S3Bucket bucket, string key, long length, string? version)
    {
        _bucket = bucket;
        _key = key;
        Length = length;
        _version = version;
    }

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    private long WindowEnd => _windowStart + _window.Length;

    /// <summary>Opens an object and reads its first window; null where there is no such object.</summary>
    public static async ValueTask<S3ReadStream?> OpenAsync(S3Bucket bucket, string key, CancellationToken cancel)
    {
        try
        {
            if (await GetAsync(bucket, key, null, 0, FirstWindow, cancel) is not { } first)
                return null;
            return new(bucket, key, first.Total, first.Version) { _window = first.Bytes };
        }
        catch (UserException error)
            when (error.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            return new(bucket, key, 0, null); // An empty object has no first byte.
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.Length == 0)
            return 0;
        if (_position < _windowStart || _position >= WindowEnd)
            await MoveAsync(cancellationToken);
        var from = (int)(_position - _windowStart);
        var read = Math.Min(buffer.Length, _window.Length - from);
        _window.AsSpan(from, read).CopyTo(buffer.Span);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("a blob of S3 is read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is written.
    }

    private async ValueTask MoveAsync(CancellationToken cancel)
    {
        var bytes = _position == WindowEnd ? Math.Clamp(2 * _window.Length, FirstWindow, MaxWindow) : FirstWindow;
        try
        {
            if (await GetAsync(_bucket, _key, _version, _position, bytes, cancel) is not { } next)
                throw Gone();
            _window = next.Bytes;
            _windowStart = _position;
        }
        catch (UserException error)
            when (error.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed })
        {
            throw Gone();
        }
    }

    private UserException Gone() => new($"the blob {_key} was replaced or removed while it was read; try again");

    /// <summary>
    /// Bytes from an offset on, fewer at the object's end; retried when the connection is lost.
    /// </summary>
    private static async ValueTask<(byte[] Bytes, long Total, string Version)?> GetAsync(
        S3Bucket bucket, string key, string? version, long from, int count, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var request = new GetObjectRequest
            {
                BucketName = bucket.Name,
                Key = key,
                ByteRange = new(from, from + count - 1),
                EtagToMatch = version
            };
            using var answer = await bucket.FindAsync(s3 => s3.GetObjectAsync(request, cancel));
            if (answer is null)
                return null;
            if (answer.ContentLength > count)
                throw bucket.Failed(new NotSupportedException("the server answers range requests with whole objects."));
            try
            {
                var bytes = new byte[answer.ContentLength];
                await answer.ResponseStream.ReadExactlyAsync(bytes, cancel);
                return (bytes, TotalOf(answer), answer.ETag);
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                if (attempt == Attempts)
                    throw bucket.Failed(error);
            }
        }
    }

    private static long TotalOf(GetObjectResponse answer) =>
        answer.ContentRange is { } range
        && long.TryParse(
            range.AsSpan(range.IndexOf('/', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture, out var total)
            ? total
            : answer.ContentLength;
}
