using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace TcMgc.Shared.Vectors.Qdrant;

/// <summary>
/// Requests to one Qdrant. Every request of the adapter may be made twice with the effect of one, so all are tried again after
/// failures that may pass, reading the answer included.
/// </summary>
internal sealed class QdrantConnection : IDisposable
{
    private const int LongestError = 4096;

    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly HttpClient _http;
    private readonly ResiliencePipeline _pipeline;
    private readonly QdrantOptions _options;

    public QdrantConnection(QdrantOptions options, TimeProvider clock)
    {
        options.Check();
        _options = options;
        _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = options.Timeout })
        {
            BaseAddress = new(options.Url.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (options.ApiKey is { } key)
            _http.DefaultRequestHeaders.Add("api-key", key);
        _pipeline = Pipeline(options, clock);
    }

    /// <summary>Makes a request and reads its answer, again from the start where that failed half-way.</summary>
    /// <param name="method">GET, PUT, POST, PATCH or DELETE.</param>
    /// <param name="path">Relative to <see cref="QdrantOptions.Url"/>.</param>
    /// <param name="body">JSON; empty for none.</param>
    /// <param name="read">Reads the body of a successful answer.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="UserException">Qdrant does not answer, or refuses the API key.</exception>
    public async ValueTask<QdrantAnswer<T>> SendAsync<T>(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, Func<Stream, CancellationToken, ValueTask<T>> read, CancellationToken cancel)
    {
        try
        {
            return await _pipeline.ExecuteAsync(token => AttemptAsync(method, path, body, read, token), cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (Explain(error) is { } reason)
        {
            throw new UserException($"Qdrant at {_options.Url} {reason}", error);
        }
    }

    /// <summary>Makes a request of JSON and reads an answer of JSON.</summary>
    /// <exception cref="UserException">As with the other overload.</exception>
    public ValueTask<QdrantAnswer<TAnswer>> SendAsync<TRequest, TAnswer>(
        HttpMethod method, string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<Envelope<TAnswer>> answerType, CancellationToken cancel) =>
        SendAsync(method, path, JsonSerializer.SerializeToUtf8Bytes(request, requestType), answerType, cancel);

    /// <summary>Makes a request and reads an answer of JSON.</summary>
    /// <exception cref="UserException">As with the other overload.</exception>
    public ValueTask<QdrantAnswer<T>> SendAsync<T>(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, JsonTypeInfo<Envelope<T>> answerType, CancellationToken cancel) =>
        SendAsync(method, path, body, async (stream, token) =>
            (await JsonSerializer.DeserializeAsync(stream, answerType, token).ConfigureAwait(false) ?? throw new JsonException("null")).Result, cancel);

    public UserException Refused<T>(QdrantAnswer<T> answer) =>
        new($"Qdrant at {_options.Url} refused a request ({(int)answer.Status}): {answer.Error}");

    public void Dispose() => _http.Dispose();

    private static ResiliencePipeline Pipeline(QdrantOptions options, TimeProvider clock)
    {
        var passing = new PredicateBuilder()
            .Handle<HttpRequestException>(error => error.HttpRequestError != HttpRequestError.SecureConnectionError)
            .Handle<IOException>()
            .Handle<TimeoutRejectedException>()
            .Handle<QdrantFailureException>(error => error.MayPass);
        var builder = new ResiliencePipelineBuilder { TimeProvider = clock };
        if (options.Retries > 0)
            builder.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = passing,
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                MaxDelay = TimeSpan.FromSeconds(30),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = arguments => new((arguments.Outcome.Exception as QdrantFailureException)?.RetryAfter),
            });
        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                // Half of at least 12 attempts within 30 seconds: a first request still has all of its retries by default.
                ShouldHandle = passing,
                FailureRatio = 0.5,
                MinimumThroughput = 12,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(10),
            })
            .AddTimeout(options.Timeout)
            .Build();
    }

    private async ValueTask<QdrantAnswer<T>> AttemptAsync<T>(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, Func<Stream, CancellationToken, ValueTask<T>> read, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path);
        if (!body.IsEmpty)
            request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = s_json } };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return new(response.StatusCode, await read(stream, cancel).ConfigureAwait(false), null);
        var error = await ErrorAsync(stream, cancel).ConfigureAwait(false);
        return response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity
            ? new(response.StatusCode, default, error)
            : throw new QdrantFailureException(response.StatusCode, error, response.Headers.RetryAfter?.Delta);
    }

    /// <summary>The message of an error's body <c>{"status":{"error":"…"}}</c>, or its beginning where it is something else.</summary>
    private static async ValueTask<string> ErrorAsync(Stream stream, CancellationToken cancel)
    {
        var bytes = new byte[LongestError];
        var length = await stream.ReadAtLeastAsync(bytes, LongestError, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(0, length));
            if (document.RootElement.TryGetProperty("status", out var status) && status.TryGetProperty("error", out var error))
                return OneLine(error.ToString());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A proxy's page, or text.
        }
        return OneLine(Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(length, 200))));
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private string? Explain(Exception error) => error switch
    {
        QdrantFailureException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } failure =>
            $"refuses {(_options.ApiKey is null ? "requests without an API key" : "the API key")} ({failure.Message}); set {QdrantOptions.Section}:ApiKey to one that may read and write",
        QdrantFailureException { Status: HttpStatusCode.RequestEntityTooLarge } =>
            $"takes no writes of this size; make {QdrantOptions.Section}:BatchSize smaller, or its service.max_request_size_mb larger",
        QdrantFailureException failure => $"fails ({(int)failure.Status} {failure.Message}); its log says why",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } secure =>
            $"cannot be spoken to over TLS ({(secure.InnerException ?? secure).Message}); its certificate must be one that this machine trusts",
        HttpRequestException or IOException => $"does not answer ({error.Message}); start it, or set {QdrantOptions.Section}:Url to where it is",
        TimeoutRejectedException => $"took longer than {_options.Timeout.TotalSeconds} s; look at its load, or make {QdrantOptions.Section}:Timeout longer",
        BrokenCircuitException => "failed too often just now and is left alone for some seconds; see that it runs, then try again",
        JsonException => $"answers what Qdrant does not; set {QdrantOptions.Section}:Url to the REST interface of Qdrant 1.16 or later",
        InvalidDataException => $"holds what TcMgc did not write ({error.Message}); index that video again, or set {QdrantOptions.Section}:Alias to another name",
        _ => null,
    };
}

/// <summary>What Qdrant answered.</summary>
/// <param name="Status">2xx, or 400, 404, 409 or 422.</param>
/// <param name="Value">The answer; default where it refused.</param>
/// <param name="Error">Why it refused.</param>
internal readonly record struct QdrantAnswer<T>(HttpStatusCode Status, T? Value, string? Error)
{
    public bool Ok => (int)Status is >= 200 and < 300;

    public bool Missing => Status == HttpStatusCode.NotFound;
}

/// <summary>A status with which no caller can do anything.</summary>
internal sealed class QdrantFailureException(HttpStatusCode status, string message, TimeSpan? retryAfter) : Exception(message)
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    public HttpStatusCode Status => status;

    /// <summary>The server's wish, at most 30 seconds.</summary>
    public TimeSpan? RetryAfter => retryAfter > s_longestWait ? s_longestWait : retryAfter;

    public bool MayPass => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500;
}
