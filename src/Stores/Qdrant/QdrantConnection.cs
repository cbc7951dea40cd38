using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Qdrant.Client.Grpc;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>Connection to a Qdrant server, whose calls all have deadlines.</summary>
internal sealed class QdrantConnection : IDisposable
{
    /// <summary>Limit of a message in bytes; gRPC's default of 4 MB is less than the features of a search.</summary>
    private const int MaxMessageBytes = 256 << 20;

    private static readonly TimeSpan s_pingDelay = TimeSpan.FromSeconds(5), s_pingTimeout = TimeSpan.FromSeconds(3);

    private readonly GrpcChannel _channel;
    private readonly QdrantGrpcClient _client;
    private readonly Health.HealthClient _health;
    private readonly QdrantOptions _options;
    private readonly Metadata _headers = [];

    public QdrantConnection(QdrantOptions options, TimeProvider clock)
    {
        options.Check();
        _options = options;
        Calls = new(options, clock);
        _channel = GrpcChannel.ForAddress(options.Url, new()
        {
            HttpHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectTimeout = Calls.Work.Deadline,
                // Detects dead connections, also between calls.
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
                KeepAlivePingDelay = s_pingDelay,
                KeepAlivePingTimeout = s_pingTimeout,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxMessageBytes,
            MaxSendMessageSize = MaxMessageBytes,
            CompressionProviders = [], // Compressed responses with vectors take ten times as long.
        });
        if (options.ApiKey is { } key)
            _headers.Add("api-key", key);
        _client = new(_channel);
        _health = new(_channel);
    }

    public QdrantCalls Calls { get; }

    /// <summary>Makes a call and retries transient failures.</summary>
    /// <param name="policy">Time limits and retries.</param>
    /// <param name="call">Starts an attempt.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <param name="absent">The status for which the result is null.</param>
    /// <exception cref="UserException">Qdrant does not answer in time, fails, or refuses the call.</exception>
    public async ValueTask<T?> CallAsync<T>(
        CallPolicy policy, Func<QdrantGrpcClient, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancel,
        StatusCode absent = StatusCode.NotFound)
        where T : class
    {
        RpcException? last = null;
        try
        {
            return await policy.Attempts.ExecuteAsync(async token =>
            {
                try
                {
                    return await AttemptAsync(call, policy, token);
                }
                catch (RpcException error) when (error.StatusCode == StatusCode.Cancelled && token.IsCancellationRequested)
                {
                    throw new OperationCanceledException(error.Message, error, token);
                }
                catch (RpcException error)
                {
                    last = error;
                    throw;
                }
            }, cancel);
        }
        catch (RpcException error) when (error.StatusCode == absent)
        {
            return null;
        }
        catch (Exception error) when (QdrantFailures.Explain(error, last, policy, _options) is { } reason)
        {
            var message = $"{_options.Name} {reason}";
            throw QdrantFailures.IsUnavailable(error) ? new StoreUnavailableException(_options.Name, message, error)
                : new UserException(message, error);
        }
    }

    /// <summary>Calls gRPC's health service, which needs no API key.</summary>
    /// <exception cref="UserException">Qdrant does not answer, or is not serving.</exception>
    public async ValueTask CheckAsync(CancellationToken cancel)
    {
        var answer = await CallAsync(Calls.Check, (_, options) =>
            _health.CheckAsync(new(), options), cancel);
        if (answer is not { Status: HealthCheckResponse.Types.ServingStatus.Serving })
            throw new StoreUnavailableException(_options.Name,
                $"{_options.Name} is not serving ({answer?.Status.ToString() ?? "unknown"}); its log says why");
    }

    public void Dispose() => _channel.Dispose();

    private async Task<T> AttemptAsync<T>(Func<QdrantGrpcClient, CallOptions, AsyncUnaryCall<T>> call, CallPolicy policy,
        CancellationToken cancel)
    {
        // gRPC uses the system's clock, independent of that of the retries.
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + policy.Deadline;
        using var attempt = call(_client, new(_headers, deadline, cancel));
        return await attempt.ResponseAsync;
    }
}
