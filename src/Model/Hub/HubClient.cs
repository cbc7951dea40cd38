using System.Net;
using System.Net.Http.Headers;

namespace TcMgc.Model.Hub;

/// <summary>
/// HTTP client of a hub. Errors worth a retry, such as a lost connection, are <see cref="HttpRequestException"/>s; others are
/// <see cref="ModelException"/>s.
/// </summary>
public sealed class HubClient : IDisposable
{
    private const int MaxRedirects = 8, BufferBytes = 1 << 17;
    private const string LinkedTag = "X-Linked-Etag", LinkedSize = "X-Linked-Size", Commit = "X-Repo-Commit";

    private readonly TimeSpan _timeout;
    private readonly HttpClient _http;

    /// <param name="timeout">How long the hub may send nothing.</param>
    public HubClient(TimeSpan timeout)
    {
        _timeout = timeout;
        // Redirects are followed in FollowAsync: the first response describes the file, the last one only its location.
        _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = timeout }) { Timeout = timeout };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("tcmgc");
        _http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    /// <summary>The hub's description of a file; null where there is no such file.</summary>
    internal async Task<RemoteFile?> FindAsync(Uri uri, CancellationToken cancel)
    {
        string? commit = null;
        using var response = await FollowAsync(HttpMethod.Head, uri, from: 0, answer =>
        {
            commit ??= Value(answer, Commit);
            return Value(answer, LinkedTag) is not null && Value(answer, LinkedSize) is not null;
        }, cancel);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!IsRedirect(response))
            Check(uri, response);
        var size = long.TryParse(Value(response, LinkedSize), out var linked) ? linked : response.Content.Headers.ContentLength;
        return size is >= 0 and { } bytes
            ? new(uri, bytes, Value(response, LinkedTag) ?? Value(response, "ETag"), commit)
            : throw new ModelException($"{uri}: the hub does not say how large this file is; is --base a hub's address?");
    }

    /// <summary>
    /// Appends the missing bytes of a file to a target; rewrites the target where the hub sends only whole files.
    /// </summary>
    /// <param name="target">Holds the file's first bytes, but not all.</param>
    /// <param name="received">Receives the target's size in bytes.</param>
    /// <param name="cancel">Ends the download; the target keeps what was received.</param>
    internal async Task ContinueAsync(RemoteFile file, Stream target, Action<long> received, CancellationToken cancel)
    {
        using var response = await FollowAsync(HttpMethod.Get, file.Uri, target.Length, _ => false, cancel);
        Check(file.Uri, response);
        if (response.StatusCode != HttpStatusCode.PartialContent)
            target.SetLength(0);
        else if (response.Content.Headers.ContentRange?.From != target.Length)
            throw new ModelException(
                $"{file.Uri}: the hub was asked for the bytes from {target.Length} on and sent "
                    + $"{response.Content.Headers.ContentRange}");
        target.Position = target.Length;
        await using var content = await response.Content.ReadAsStreamAsync(cancel);
        await CopyAsync(file, content, target, received, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task CopyAsync(
        RemoteFile file, Stream content, Stream target, Action<long> received, CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            received(target.Position);
            var count = await ReadAsync(content, buffer, cancel);
            if (count == 0)
                break;
            if (target.Position + count > file.Bytes)
                throw new ModelException($"{file.Uri}: the hub sends more than the {file.Bytes} bytes that it announced");
            await target.WriteAsync(buffer.AsMemory(0, count), cancel);
        }
        if (target.Position < file.Bytes)
            throw new HttpRequestException($"it ended after {target.Position} of {file.Bytes} bytes");
    }

    private async Task<int> ReadAsync(Stream content, byte[] buffer, CancellationToken cancel)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(_timeout);
        try
        {
            return await content.ReadAsync(buffer, silence.Token);
        }
        catch (IOException error)
        {
            throw new HttpRequestException(error.Message, error);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException($"the hub was silent for {_timeout.TotalSeconds:0} s");
        }
    }

    /// <summary>The last response of a chain of redirects, or the first that is enough.</summary>
    private async Task<HttpResponseMessage> FollowAsync(
        HttpMethod method, Uri uri, long from, Func<HttpResponseMessage, bool> isEnough, CancellationToken cancel)
    {
        var at = uri;
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            var response = await SendAsync(method, at, from, cancel);
            if (isEnough(response) || !IsRedirect(response))
                return response;
            at = new(at, response.Headers.Location!);
            response.Dispose();
            if (!HubAddress.MayRedirect(uri, at))
                throw new ModelException($"{uri}: the hub redirects to {at.Scheme}://{at.Host}, which is not HTTPS");
        }
        throw new ModelException($"{uri}: the hub redirects more than {MaxRedirects} times");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, long from, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, uri);
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException($"{uri.Host} did not answer within {_timeout.TotalSeconds:0} s");
        }
    }

    private static bool IsRedirect(HttpResponseMessage response) =>
        (int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is not null;

    private static void Check(Uri uri, HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
            return;
        var status = (int)response.StatusCode;
        throw status switch
        {
            404 => new ModelException($"{uri}: the hub has no such file (404)"),
            401 or 403 => new ModelException(
                $"{uri}: the hub has no such repository, or does not give it to everyone ({status})"),
            408 or 429 or >= 500 =>
                new HttpRequestException($"the hub answered {status} {response.ReasonPhrase}", null, response.StatusCode),
            _ => new ModelException($"{uri}: the hub answered {status} {response.ReasonPhrase}"),
        };
    }

    /// <summary>A header's value, without a tag's quotes and weak prefix.</summary>
    private static string? Value(HttpResponseMessage response, string name)
    {
        if (!response.Headers.NonValidated.TryGetValues(name, out var values))
            return null;
        var value = values.ToString();
        return (value.StartsWith("W/", StringComparison.Ordinal) ? value[2..] : value).Trim('"');
    }
}
