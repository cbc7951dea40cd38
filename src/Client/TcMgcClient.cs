using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Client;

/// <summary>
/// TcMgc's HTTP interface, typed. Safe for concurrent use. Every method throws <see cref="ProblemException"/> where the service
/// says what is wrong, and <see cref="HttpRequestException"/> where it cannot be reached.
/// </summary>
/// <param name="http">Knows where the service is (<see cref="HttpClient.BaseAddress"/>) and how long to wait.</param>
public sealed class TcMgcClient(HttpClient http)
{
    private const string CollectionHeader = "Tcmgc-Collection";
    private const string Videos = "api/v1/videos";

    /// <summary>Most videos that a page has.</summary>
    public const int LargestPage = 1000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>
    /// The collection that all calls are about; null, the default: that of the key or token, or the one named <c>default</c>.
    /// With a key or token of another one every call is refused with the type <c>collection</c>.
    /// </summary>
    public string? Collection { get; init; }

    /// <summary>Which model searches, what it knows, and how much is indexed and waits.</summary>
    public async Task<ServiceStatus> GetStatusAsync(CancellationToken cancel = default)
    {
        using var response = await SendAsync(HttpMethod.Get, new Uri("api/v1/status", UriKind.Relative), null, cancel)
            .ConfigureAwait(false);
        return await ReadAsync<ServiceStatus>(response, cancel).ConfigureAwait(false);
    }

    /// <summary>Gives a video to be indexed; it is streamed.</summary>
    /// <param name="video">The file's content; it stays open.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="cancel">Breaks the upload off; nothing is kept of it.</param>
    public async Task<UploadedVideo> UploadAsync(Stream video, string name, CancellationToken cancel = default)
    {
        // Not disposed, as it would close the caller's stream.
        var content = new StreamContent(video) { Headers = { ContentType = new("application/octet-stream") } };
        using var response = await SendAsync(HttpMethod.Post,
            new Uri($"{Videos}?name={Uri.EscapeDataString(name)}", UriKind.Relative), content, cancel).ConfigureAwait(false);
        return await ReadAsync<UploadedVideo>(response, cancel).ConfigureAwait(false);
    }

    /// <summary>What is known of a video, with its segments once it is indexed; null where there is none.</summary>
    public async Task<Video?> GetAsync(Guid id, CancellationToken cancel = default)
    {
        using var response = await SendAsync(HttpMethod.Get, At(id), null, cancel).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.NotFound ? null
            : await ReadVideoAsync(response, cancel).ConfigureAwait(false);
    }

    /// <summary>Videos without their segments, page after page; all of them by name where nothing else is asked for.</summary>
    public async IAsyncEnumerable<Video> ListAsync(
        VideoQuery? query = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        for (string? cursor = null; ;)
        {
            var page = await ListPageAsync(query ?? new(), cursor, LargestPage, cancel).ConfigureAwait(false);
            foreach (var video in page.Videos)
                yield return video;
            if ((cursor = page.Next) is null)
                yield break;
        }
    }

    /// <summary>A page of videos.</summary>
    /// <param name="query">Which videos, in which order.</param>
    /// <param name="cursor">The <see cref="VideoPage.Next"/> of the page before, of the same query; null: the first page.</param>
    /// <param name="limit">Most videos of the page, 1 to <see cref="LargestPage"/>.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<VideoPage> ListPageAsync(VideoQuery query, string? cursor, int limit, CancellationToken cancel = default)
    {
        using var response = await SendAsync(
            HttpMethod.Get, new Uri(Videos + ListParameters.Of(query, cursor, limit), UriKind.Relative), null, cancel)
            .ConfigureAwait(false);
        return await ReadAsync<VideoPage>(response, cancel).ConfigureAwait(false);
    }

    /// <summary>Gives a video a title and tags; what is null stays as it is, what is empty is taken away.</summary>
    /// <param name="id">The video.</param>
    /// <param name="title">What it is called.</param>
    /// <param name="tags">Words to find it by.</param>
    /// <param name="ifTag">
    /// The <see cref="Video.Tag"/> that was seen: refused with the type <c>changed</c> where the video is another by now.
    /// </param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Video> DescribeAsync(Guid id, string? title, IReadOnlyList<string>? tags, string? ifTag = null,
        CancellationToken cancel = default)
    {
        using var content = JsonContent.Create(new VideoDescription(title, tags), options: s_json);
        using var response = await SendAsync(HttpMethod.Patch, At(id), content, cancel, ifTag: ifTag).ConfigureAwait(false);
        return await ReadVideoAsync(response, cancel).ConfigureAwait(false);
    }

    /// <summary>Deletes a video from the index; what was uploaded of it is deleted too.</summary>
    /// <inheritdoc cref="DescribeAsync"/>
    public async Task DeleteAsync(Guid id, string? ifTag = null, CancellationToken cancel = default)
    {
        using var response = await SendAsync(HttpMethod.Delete, At(id), null, cancel, ifTag: ifTag).ConfigureAwait(false);
        await CheckAsync(response, cancel).ConfigureAwait(false);
    }

    /// <summary>Has a failed video processed again; one that did not fail stays as it is.</summary>
    /// <returns>What is known of the video from now on.</returns>
    public async Task<Video> RetryAsync(Guid id, CancellationToken cancel = default)
    {
        using var response = await SendAsync(HttpMethod.Post, new Uri($"{At(id)}/retry", UriKind.Relative), null, cancel)
            .ConfigureAwait(false);
        return await ReadVideoAsync(response, cancel).ConfigureAwait(false);
    }

    /// <summary>Says what is said in a video, in place of what was known of that.</summary>
    /// <param name="id">The video.</param>
    /// <param name="transcript">SubRip, WebVTT or JSON, at most 16 MiB; it stays open.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<ReadTranscript> PutTranscriptAsync(Guid id, Stream transcript, CancellationToken cancel = default)
    {
        var content = new StreamContent(transcript); // Not disposed, as it would close the caller's stream.
        using var response = await SendAsync(HttpMethod.Put, new Uri($"{At(id)}/transcript", UriKind.Relative), content, cancel)
            .ConfigureAwait(false);
        return await ReadAsync<ReadTranscript>(response, cancel).ConfigureAwait(false);
    }

    /// <summary>The original of a video, from its beginning.</summary>
    public async Task<Stream> OpenAsync(Guid id, CancellationToken cancel = default) =>
        await (await OpenAsync(new Uri($"{At(id)}/stream", UriKind.Relative), cancel).ConfigureAwait(false))
            .ReadAsStreamAsync(cancel).ConfigureAwait(false);

    /// <summary>A part of a video as a file of its own, exact to the frame.</summary>
    /// <param name="id">The video.</param>
    /// <param name="start">Where it starts, in seconds.</param>
    /// <param name="end">Where it ends, in seconds; the service says how long it may be.</param>
    /// <param name="format">What it becomes; null: the best that the service can make.</param>
    /// <param name="cancel">Gives up; the service stops cutting.</param>
    public async Task<VideoClip> OpenClipAsync(
        Guid id, double start, double end, PlayableFormat? format = null, CancellationToken cancel = default)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{At(id)}/clip?start={start}&end={end}");
        var content = await OpenAsync(InFormat(path, format), cancel).ConfigureAwait(false);
        return new(content.Headers.ContentDisposition?.FileNameStar ?? "",
            await content.ReadAsStreamAsync(cancel).ConfigureAwait(false));
    }

    /// <summary>Has a version of a video made that browsers play, unless it is there; says how far it is.</summary>
    /// <param name="id">The video.</param>
    /// <param name="format">What it is made as; null: the best that the service can make.</param>
    /// <param name="cancel">Gives up asking; the version goes on to be made.</param>
    public Task<VideoProxy> PrepareProxyAsync(Guid id, PlayableFormat? format = null, CancellationToken cancel = default) =>
        AskForProxyAsync(HttpMethod.Post, id, format, cancel);

    /// <summary>How far a video's version for browsers is; what nobody asks about for a minute is not made.</summary>
    /// <inheritdoc cref="PrepareProxyAsync"/>
    public Task<VideoProxy> GetProxyAsync(Guid id, PlayableFormat? format = null, CancellationToken cancel = default) =>
        AskForProxyAsync(HttpMethod.Get, id, format, cancel);

    /// <summary>A video's version for browsers, from its beginning; <see cref="ProxyState.Ready"/> ones can be opened.</summary>
    /// <param name="id">The video.</param>
    /// <param name="format">What it was made as.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Stream> OpenProxyAsync(
        Guid id, PlayableFormat format = PlayableFormat.Mp4, CancellationToken cancel = default) =>
        await (await OpenAsync(InFormat($"{At(id)}/proxy/stream", format), cancel).ConfigureAwait(false))
            .ReadAsStreamAsync(cancel).ConfigureAwait(false);

    /// <summary>Finds the moments that a sentence describes.</summary>
    public Task<SearchAnswer> SearchAsync(string text, CancellationToken cancel = default) =>
        SearchAsync(new SearchQuery { Text = text }, cancel);

    /// <summary>Finds the moments that a query describes, or that look like its image or segment.</summary>
    public async Task<SearchAnswer> SearchAsync(SearchQuery query, CancellationToken cancel = default)
    {
        using var content = JsonContent.Create(query, options: s_json);
        using var response = await SendAsync(HttpMethod.Post, new Uri("api/v1/search", UriKind.Relative), content, cancel)
            .ConfigureAwait(false);
        return await ReadAsync<SearchAnswer>(response, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// What happens to videos from now on, until cancelled or the service ends; the first is <see cref="VideoEventKind.Ready"/>,
    /// then come those of the stages that are under way.
    /// </summary>
    public async IAsyncEnumerable<VideoEvent> FollowAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        using var response = await SendAsync(HttpMethod.Get, new Uri("api/v1/events", UriKind.Relative), null, cancel,
            HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
        await CheckAsync(response, cancel).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancel).ConfigureAwait(false))
            if (VideoEvent.Of(item.EventType, item.Data, s_json) is { } happened)
                yield return happened;
    }

    private async Task<VideoProxy> AskForProxyAsync(
        HttpMethod method, Guid id, PlayableFormat? format, CancellationToken cancel)
    {
        using var response = await SendAsync(method, InFormat($"{At(id)}/proxy", format), null, cancel).ConfigureAwait(false);
        return await ReadAsync<VideoProxy>(response, cancel).ConfigureAwait(false);
    }

    /// <summary>What is at an address, to be read as it comes.</summary>
    private async Task<HttpContent> OpenAsync(Uri uri, CancellationToken cancel)
    {
        var response = await SendAsync(HttpMethod.Get, uri, null, cancel, HttpCompletionOption.ResponseHeadersRead)
            .ConfigureAwait(false);
        await CheckAsync(response, cancel).ConfigureAwait(false);
        return response.Content;
    }

    private static Uri InFormat(string path, PlayableFormat? format) => new(
        format is { } one ? $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}format={NameOf(one)}" : path,
        UriKind.Relative);

    private static string NameOf(PlayableFormat format) => format == PlayableFormat.Mp4 ? "mp4" : "webm";

    private static Uri At(Guid id) => new($"{Videos}/{id}", UriKind.Relative);

    /// <summary>The one place from which requests go. The content stays the caller's.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, HttpContent? content, CancellationToken cancel,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead, string? ifTag = null)
    {
        var request = new HttpRequestMessage(method, uri) { Content = content }; // Not disposed, as it would dispose the content.
        if (Collection is not null)
            request.Headers.Add(CollectionHeader, Collection);
        if (ifTag is not null)
            request.Headers.IfMatch.Add(new EntityTagHeaderValue(ifTag));
        return await http.SendAsync(request, completion, cancel).ConfigureAwait(false);
    }

    private static async Task<Video> ReadVideoAsync(HttpResponseMessage response, CancellationToken cancel) =>
        await ReadAsync<Video>(response, cancel).ConfigureAwait(false) with { Tag = response.Headers.ETag?.Tag };

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancel)
    {
        await CheckAsync(response, cancel).ConfigureAwait(false);
        return await response.Content.ReadFromJsonAsync<T>(s_json, cancel).ConfigureAwait(false)
            ?? throw new HttpRequestException("the service answered null");
    }

    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode)
            return;
        using (response)
            throw response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? ProblemException.Of(await response.Content.ReadFromJsonAsync<JsonElement>(cancel).ConfigureAwait(false),
                    response.StatusCode, response.Headers.RetryAfter?.Delta)
                : new HttpRequestException($"the service answered {(int)response.StatusCode}", null, response.StatusCode);
    }
}
