using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace TcMgc.Stores.Tests.Blobs.S3;

/// <summary>
/// A web server that answers the calls which the adapter makes as S3 does, in memory, and refuses what S3 refuses: unsigned
/// requests, content that is not what was signed, parts that are too small, ranges beyond the end, other versions than were asked
/// for.
/// </summary>
internal sealed class S3StandIn : IAsyncDisposable
{
    public const string Bucket = "videos";
    private const int SmallestPart = 5 << 20, PageKeys = 3;

    private readonly ConcurrentDictionary<string, Stored> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Upload> _uploads = new(StringComparer.Ordinal);
    private LocalServer? _server;
    private int _largest;

    private sealed record Stored(byte[] Content, string ETag, DateTimeOffset Written);

    private sealed record Upload(string Key, DateTimeOffset Begun, ConcurrentDictionary<int, Stored> Parts);

    public string Url => _server!.Url;

    /// <summary>Sees each request first; true: it has answered it.</summary>
    public Func<HttpContext, Task<bool>>? Before { get; set; }

    /// <summary>Bytes of the largest content that a request or an answer had.</summary>
    public int LargestBody => _largest;

    public static async Task<S3StandIn> StartAsync()
    {
        var standIn = new S3StandIn();
        standIn._server = await LocalServer.StartAsync(standIn.AnswerAsync);
        return standIn;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (Before is { } before && await before(context))
            return;
        using var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy);
        var body = copy.ToArray();
        Count(body.Length);
        var path = context.Request.Path.Value!.TrimStart('/').Split('/', 2);
        var signed = context.Request.Headers["x-amz-content-sha256"].ToString();
        if (!context.Request.Headers.Authorization.ToString().StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal))
            await FailAsync(context, 403, "AccessDenied", "Access Denied");
        else if (signed != Convert.ToHexStringLower(SHA256.HashData(body)))
            await FailAsync(context, 400, "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.");
        else if (path[0] != Bucket)
            await FailAsync(context, 404, "NoSuchBucket", "The specified bucket does not exist");
        else if (path.Length == 1 || path[1].Length == 0)
            await (context.Request.Query.ContainsKey("uploads") ? ListUploadsAsync(context) : ListAsync(context));
        else
            await OfObjectAsync(context, path[1], body);
    }

    private Task OfObjectAsync(HttpContext context, string key, byte[] body)
    {
        var query = context.Request.Query;
        return (context.Request.Method, query.ContainsKey("uploads"), query.ContainsKey("uploadId")) switch
        {
            ("GET", false, false) => GetAsync(context, key),
            ("PUT", false, false) => PutAsync(context, key, body),
            ("DELETE", false, false) => DeleteAsync(context, key),
            ("POST", true, false) => BeginAsync(context, key),
            ("PUT", false, true) => PutPartAsync(context, body),
            ("POST", false, true) => CompleteAsync(context, body),
            ("DELETE", false, true) => AbortAsync(context),
            _ => FailAsync(context, 501, "NotImplemented", "A header you provided implies functionality that is not implemented"),
        };
    }

    private async Task GetAsync(HttpContext context, string key)
    {
        if (!_objects.TryGetValue(key, out var stored))
            await FailAsync(context, 404, "NoSuchKey", "The specified key does not exist.");
        else if (context.Request.Headers.IfMatch is { Count: > 0 } version && version != stored.ETag)
            await FailAsync(context, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
        else if (!TryRange(context.Request.Headers.Range, stored.Content.Length, out var from, out var count))
            await FailAsync(context, 416, "InvalidRange", "The requested range is not satisfiable");
        else
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{from + count - 1}/{stored.Content.Length}";
            context.Response.Headers.ETag = stored.ETag;
            context.Response.ContentLength = count;
            Count(count);
            await context.Response.Body.WriteAsync(stored.Content.AsMemory(from, count));
        }
    }

    private Task PutAsync(HttpContext context, string key, byte[] body)
    {
        _objects[key] = Store(body);
        context.Response.Headers.ETag = _objects[key].ETag;
        return Task.CompletedTask;
    }

    private Task DeleteAsync(HttpContext context, string key)
    {
        _objects.TryRemove(key, out _);
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private Task BeginAsync(HttpContext context, string key)
    {
        var id = Guid.NewGuid().ToString("N");
        _uploads[id] = new(key, TimeProvider.System.GetUtcNow(), []);
        return XmlAsync(
            context,
            new("InitiateMultipartUploadResult", new XElement("Bucket", Bucket), new XElement("Key", key),
                new XElement("UploadId", id)));
    }

    private async Task PutPartAsync(HttpContext context, byte[] body)
    {
        if (!_uploads.TryGetValue(context.Request.Query["uploadId"]!, out var upload))
        {
            await FailAsync(context, 404, "NoSuchUpload", "The specified upload does not exist.");
            return;
        }
        var number = int.Parse(context.Request.Query["partNumber"]!);
        if (context.Request.Headers["x-amz-copy-source"] is not { Count: > 0 } source)
        {
            upload.Parts[number] = Store(body);
            context.Response.Headers.ETag = upload.Parts[number].ETag;
            return;
        }
        var copied = _objects[Uri.UnescapeDataString(source.ToString()).TrimStart('/').Split('/', 2)[1]].Content;
        if (!TryRange(context.Request.Headers["x-amz-copy-source-range"], copied.Length, out var from, out var count)
            || from + count > copied.Length)
        {
            await FailAsync(context, 416, "InvalidRange", "The requested range is not satisfiable");
            return;
        }
        upload.Parts[number] = Store(copied[from..(from + count)]);
        await XmlAsync(context, new("CopyPartResult", new XElement("ETag", upload.Parts[number].ETag)));
    }

    private async Task CompleteAsync(HttpContext context, byte[] body)
    {
        if (!_uploads.TryGetValue(context.Request.Query["uploadId"]!, out var upload))
        {
            await FailAsync(context, 404, "NoSuchUpload", "The specified upload does not exist.");
            return;
        }
        var asked = XDocument.Load(new MemoryStream(body)).Root!.Elements()
            .Select(part =>
                (Number: (int)part.Elements().First(e => e.Name.LocalName == "PartNumber"), ETag: (string)part.Elements()
                    .First(e => e.Name.LocalName == "ETag"))).ToList();
        if (asked.Count == 0 || asked.Any(part => !upload.Parts.TryGetValue(part.Number, out var sent) || sent.ETag != part.ETag))
            await FailAsync(context, 400, "InvalidPart", "One or more of the specified parts could not be found.");
        else if (asked.SkipLast(1).Any(part => upload.Parts[part.Number].Content.Length < SmallestPart))
            await FailAsync(context, 400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
        else
        {
            _objects[upload.Key] =
                Store([.. asked.OrderBy(part => part.Number).SelectMany(part => upload.Parts[part.Number].Content)]);
            _uploads.TryRemove(context.Request.Query["uploadId"]!, out _);
            await XmlAsync(
                context,
                new("CompleteMultipartUploadResult", new XElement("Key", upload.Key),
                    new XElement("ETag", _objects[upload.Key].ETag)));
        }
    }

    private Task AbortAsync(HttpContext context)
    {
        context.Response.StatusCode = 204;
        return _uploads.TryRemove(context.Request.Query["uploadId"]!, out _)
            ? Task.CompletedTask
            : FailAsync(context, 404, "NoSuchUpload", "The specified upload does not exist.");
    }

    private Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var most = int.TryParse(query["max-keys"], out var keys) ? Math.Min(keys, PageKeys) : PageKeys;
        var page = Page(_objects.Keys, query["prefix"]!, query["continuation-token"]!, most, out var isTruncated);
        return XmlAsync(context, new("ListBucketResult",
            new XElement("IsTruncated", isTruncated), isTruncated ? new XElement("NextContinuationToken", page[^1]) : null,
            page.Select(key => _objects.TryGetValue(key, out var stored)
                ? new XElement("Contents", new XElement("Key", key), new XElement("Size", stored.Content.Length),
                    new XElement("LastModified", stored.Written.UtcDateTime), new XElement("ETag", stored.ETag))
                : null)));
    }

    private Task ListUploadsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var ids = _uploads.ToDictionary(upload => $"{upload.Value.Key}\n{upload.Key}");
        var page =
            Page(ids.Keys, query["prefix"]!, query["key-marker"] is { Count: > 0 } key
                ? $"{key}\n{query["upload-id-marker"]}" : "", PageKeys, out var isTruncated);
        return XmlAsync(context, new("ListMultipartUploadsResult",
            new XElement("IsTruncated", isTruncated),
            isTruncated
            ? new[] { new XElement("NextKeyMarker", page[^1].Split('\n')[0]),
                new XElement("NextUploadIdMarker", page[^1].Split('\n')[1]) } : null,
            page.Select(
                id => new XElement("Upload", new XElement("Key", ids[id].Value.Key), new XElement("UploadId", ids[id].Key),
                    new XElement("Initiated", ids[id].Value.Begun.UtcDateTime)))));
    }

    private static List<string> Page(IEnumerable<string> keys, string? prefix, string? after, int most, out bool isTruncated)
    {
        var left = keys.Where(
            key => key.StartsWith(prefix ?? "", StringComparison.Ordinal) && string.CompareOrdinal(key, after ?? "") > 0)
            .Order(StringComparer.Ordinal).ToList();
        isTruncated = left.Count > most;
        return left[..Math.Min(most, left.Count)];
    }

    private static bool TryRange(string? header, int length, out int from, out int count)
    {
        (from, count) = (0, length);
        if (!RangeHeaderValue.TryParse(header, out var range))
            return true;
        var asked = range.Ranges.Single();
        from = (int)asked.From!.Value;
        count = (int)Math.Min(asked.To!.Value, length - 1) - from + 1;
        return from < length;
    }

    private static Stored Store(byte[] content) =>
        new(content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\"", TimeProvider.System.GetUtcNow());

    private void Count(int bytes)
    {
        for (var largest = _largest; bytes > largest && Interlocked.CompareExchange(
            ref _largest, bytes, largest) != largest; largest = _largest)
        {
        }
    }

    private static Task FailAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return XmlAsync(context, new("Error", new XElement("Code", code), new XElement("Message", message)));
    }

    private static Task XmlAsync(HttpContext context, XElement answer)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(answer.ToString());
    }
}
