using System.Net;
using System.Net.Http.Headers;
using TcMgc.Shared;

namespace TcMgc.Cli.ModelHub;

/// <summary>
/// Talks to a hub. What may pass by itself, such as a lost connection, is an <see cref="HttpRequestException"/>; what will not
/// is a <see cref="UserException"/>.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 8, BufferBytes = 1 << 17;
    private const string LinkedTag = "X-Linked-Etag", LinkedSize = "X-Linked-Size", Commit = "X-Repo-Commit";

    private readonly TimeSpan _patience;
    private readonly HttpClient _http;

    /// <param name="patience">How long the hub may be silent.</param>
    public HubClient(TimeSpan patience)
    {
        _patience = patience;
        // Redirects are followed here: the first answer describes the file, the last one only where it lies.
        _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = patience }) { Timeout = patience };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("tcmgc");
        _http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    /// <summary>What the hub says of a file; null where it has none.</summary>
    public async Task<RemoteFile?> FindAsync(Uri uri, CancellationToken cancellation)
    {
        string? commit = null;
        using var response = await FollowAsync(HttpMethod.Head, uri, from: 0, answer =>
        {
            commit ??= Value(answer, Commit);
            return Value(answer, LinkedTag) is not null && Value(answer, LinkedSize) is not null;
        }, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!IsRedirect(response))
            Check(uri, response);
        var size = long.TryParse(Value(response, LinkedSize), out var linked) ? linked : response.Content.Headers.ContentLength;
        return size is >= 0 and { } bytes
            ? new(uri, bytes, Value(response, LinkedTag) ?? Value(response, "ETag"), commit)
            : throw new UserException($"{uri}: the hub does not say how large this file is; is --base a hub's address?");
    }

    /// <summary>
    /// Appends to a target what it lacks of a file, or writes the file anew where the hub sends only the whole.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="target">Holds the file's first bytes, fewer than all.</param>
    /// <param name="received">Told how many bytes the target has.</param>
    /// <param name="cancellation">Ends it; the target keeps what came.</param>
    public async Task ContinueAsync(RemoteFile file, Stream target, Action<long> received, CancellationToken cancellation)
    {
        using var response = await FollowAsync(HttpMethod.Get, file.Uri, target.Length, _ => false, cancellation);
        Check(file.Uri, response);
        if (response.StatusCode != HttpStatusCode.PartialContent)
            target.SetLength(0);
        else if (response.Content.Headers.ContentRange?.From != target.Length)
            throw new UserException(
                $"{file.Uri}: the hub was asked for the bytes from {target.Length} on and sent "
                    + $"{response.Content.Headers.ContentRange}");
        target.Position = target.Length;
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        await CopyAsync(file, content, target, received, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task CopyAsync(
        RemoteFile file, Stream content, Stream target, Action<long> received, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            received(target.Position);
            var count = await ReadAsync(content, buffer, cancellation);
            if (count == 0)
                break;
            if (target.Position + count > file.Bytes)
                throw new UserException($"{file.Uri}: the hub sends more than the {file.Bytes} bytes that it announced");
            await target.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        if (target.Position < file.Bytes)
            throw new HttpRequestException($"it ended after {target.Position} of {file.Bytes} bytes");
    }

    private async Task<int> ReadAsync(Stream content, byte[] buffer, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(_patience);
        try
        {
            return await content.ReadAsync(buffer, silence.Token);
        }
        catch (IOException error)
        {
            throw new HttpRequestException(error.Message, error);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"the hub was silent for {_patience.TotalSeconds:0} s");
        }
    }

    /// <summary>The last answer on a chain of redirects, or the first one that is enough.</summary>
    private async Task<HttpResponseMessage> FollowAsync(
        HttpMethod method, Uri uri, long from, Func<HttpResponseMessage, bool> isEnough, CancellationToken cancellation)
    {
        var at = uri;
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            var response = await SendAsync(method, at, from, cancellation);
            if (isEnough(response) || !IsRedirect(response))
                return response;
            at = new(at, response.Headers.Location!);
            response.Dispose();
            if (!HubAddress.MayRedirect(uri, at))
                throw new UserException($"{uri}: the hub redirects to {at.Scheme}://{at.Host}, which is not HTTPS");
        }
        throw new UserException($"{uri}: the hub redirects more than {MostRedirects} times");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, long from, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, uri);
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"{uri.Host} did not answer within {_patience.TotalSeconds:0} s");
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
            404 => new UserException($"{uri}: the hub has no such file (404)"),
            401 or 403 => new UserException($"{uri}: the hub has no such repository, or does not give it to everyone ({status})"),
            408 or 429 or >= 500 =>
                new HttpRequestException($"the hub answered {status} {response.ReasonPhrase}", null, response.StatusCode),
            _ => new UserException($"{uri}: the hub answered {status} {response.ReasonPhrase}"),
        };
    }

    /// <summary>A header as it stands, without the quotes and the weakness of a tag.</summary>
    private static string? Value(HttpResponseMessage response, string name)
    {
        if (!response.Headers.NonValidated.TryGetValues(name, out var values))
            return null;
        var value = values.ToString();
        return (value.StartsWith("W/", StringComparison.Ordinal) ? value[2..] : value).Trim('"');
    }
}
