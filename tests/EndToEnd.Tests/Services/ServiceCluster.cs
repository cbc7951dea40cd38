using System.Net;
using TcMgc.Shared.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Sqlite;
using TcMgc.Stores.Tests.Qdrant.StandIn;
using TcMgc.Tests.Common.Kafka;

namespace TcMgc.EndToEnd.Tests.Services;

/// <summary>
/// A log of its own in the tests' brokers, a vector index and a folder of blobs, for services that are processes of their own.
/// </summary>
internal sealed class ServiceCluster : IAsyncDisposable
{
    /// <summary>What the workplace's model takes.</summary>
    private const int FrameSide = 64;

    private const int Partitions = 3;

    private readonly Workplace _place;
    private readonly KafkaOptions _log;
    private readonly QdrantStandIn _vectors;
    private readonly List<ServeRun> _services = [];
    private readonly string[] _stores;

    private ServiceCluster(Workplace place, TestBrokers brokers, QdrantStandIn vectors)
    {
        (_place, _vectors) = (place, vectors);
        _log = new()
        {
            BootstrapServers = brokers.BootstrapServers,
            Prefix = brokers.NewPrefix(Partitions),
            GroupProtocol = brokers.AreReal ? KafkaGroupProtocol.Consumer : KafkaGroupProtocol.Classic,
            Timeout = TimeSpan.FromMinutes(2),
        };
        _stores =
        [
            "Events=kafka", $"Kafka:BootstrapServers={_log.BootstrapServers}", $"Kafka:Prefix={_log.Prefix}",
            $"Kafka:Partitions={Partitions}", $"Kafka:GroupProtocol={_log.GroupProtocol}", $"Kafka:Timeout={_log.Timeout}",
            "Vectors=qdrant", $"Qdrant:Url={vectors.Url}", $"Blobs={place.New("blobs")}", "Drain=00:02:00",
            "Kafka:DrainTimeout=00:02:00",
        ];
    }

    /// <summary>What each service gets besides this process's variables.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public static async Task<ServiceCluster> StartAsync(Workplace place, ServiceBrokers brokers) =>
        new(place, brokers.Brokers, await QdrantStandIn.StartAsync());

    /// <summary>A folder for a service's own data.</summary>
    public string NewData() => _place.New("data");

    /// <summary>Ingest, on a data folder that may be that of an earlier run.</summary>
    public Task<ServeRun> IngestAsync(string? data = null) =>
        StartAsync("TcMgc.Ingest.dll", data, $"Decode:FrameSide={FrameSide}");

    /// <summary>Featurizer, on a data folder that may be that of an earlier run.</summary>
    public Task<ServeRun> FeaturizerAsync(string? data = null) =>
        StartAsync("TcMgc.Featurizer.dll", data, $"Model={_place.Model}");

    /// <summary>Search, on a data folder of its own.</summary>
    public Task<ServeRun> SearchAsync() => StartAsync("TcMgc.Search.dll", null, $"Model={_place.Model}");

    /// <summary>One of each, ready.</summary>
    public async Task<(ServeRun Ingest, ServeRun Featurizer, ServeRun Search)> AllAsync(
        string? ingestData = null, string? featurizerData = null)
    {
        var services = await Task.WhenAll(IngestAsync(ingestData), FeaturizerAsync(featurizerData), SearchAsync());
        await Task.WhenAll(services.Select(service => service.UntilReadyzAsync()));
        return (services[0], services[1], services[2]);
    }

    /// <summary>Uploads a file; gives the video's id.</summary>
    public static async Task<string> UploadAsync(ServeRun ingest, string path, string? traceParent = null)
    {
        await using var file = File.OpenRead(path);
        using var request = new HttpRequestMessage(HttpMethod.Post,
            $"/api/v1/videos?name={Uri.EscapeDataString(Path.GetFileName(path))}")
        { Content = new StreamContent(file) };
        if (traceParent is not null)
            request.Headers.Add("traceparent", traceParent);
        return (await ServeRun.JsonAsync(await ingest.Http.SendAsync(request), HttpStatusCode.Accepted)).GetProperty("id")
            .GetString()!;
    }

    /// <summary>Asks services to stop, and waits until each has, in good order.</summary>
    public static async Task StopAsync(params IReadOnlyList<ServeRun> services)
    {
        foreach (var service in services)
            service.Terminate();
        foreach (var service in services)
        {
            var ended = await service.EndAsync();
            Assert.True(ended.Status == 0, ended.Errors);
        }
    }

    /// <summary>All that was appended to the log so far.</summary>
    public async Task<List<VideoEvent>> EventsAsync()
    {
        await using var log = await KafkaEventLog.OpenAsync(_log, TimeProvider.System, default);
        var events = new List<VideoEvent>();
        await foreach (var happened in log.ReadAllAsync(default))
            events.Add(happened);
        return events;
    }

    private async Task<ServeRun> StartAsync(string assembly, string? data, string setting)
    {
        var service = await ServeRun.StartServiceAsync(assembly, [.. _stores, $"Data={data ?? NewData()}", setting], Variables);
        lock (_services)
            _services.Add(service);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
            service.Dispose();
        await _vectors.DisposeAsync();
    }
}
