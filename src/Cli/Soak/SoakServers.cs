using System.Net;
using TcMgc.Shared;

namespace TcMgc.Cli.Soak;

/// <summary>
/// The servers that services use. Those on this machine that are spoken to without TLS are used through gates, so that the ways
/// to them can be cut.
/// </summary>
internal sealed class SoakServers
{
    /// <summary>Names of the servers.</summary>
    public const string Kafka = "kafka", Qdrant = "qdrant";

    private readonly IReadOnlyList<(string Host, int Port)> _brokers;
    private readonly Uri _qdrant;

    /// <param name="kafka">All brokers, <c>host:port</c> with commas between them, as they tell clients.</param>
    /// <param name="qdrant">The gRPC interface of Qdrant.</param>
    /// <param name="sessionTimeout">How long brokers wait for a member of a group that does not answer.</param>
    /// <exception cref="UserException">An address is none.</exception>
    public SoakServers(string kafka, string qdrant, TimeSpan sessionTimeout)
    {
        _brokers = [.. kafka.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Broker)];
        _qdrant = Uri.TryCreate(qdrant, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url! : throw new UserException($"--qdrant: '{qdrant}' is no address such as http://localhost:6334");
        SessionTimeout = sessionTimeout;
    }

    public TimeSpan SessionTimeout { get; }

    /// <summary>Replaces the addresses that brokers tell.</summary>
    public KafkaAddresses Addresses { get; } = new();

    /// <summary>Gates to the servers that can have one.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Gate>> Gates(TimeProvider time)
    {
        var gates = new Dictionary<string, IReadOnlyList<Gate>>();
        if (_brokers.All(broker => IsHere(broker.Host)))
            gates.Add(Kafka, [.. _brokers.Select(broker => new Gate(broker.Host, broker.Port, Addresses, time))]);
        if (_qdrant.Scheme == Uri.UriSchemeHttp)
            gates.Add(Qdrant, [new(_qdrant.Host, _qdrant.Port, null, time)]);
        return gates;
    }

    /// <summary>The setting of the brokers' addresses.</summary>
    public string KafkaBehind(IReadOnlyDictionary<string, IReadOnlyList<Gate>> gates) =>
        string.Join(',', _brokers.Select((broker, at) =>
            $"{broker.Host}:{(gates.TryGetValue(Kafka, out var ways) ? ways[at].Port : broker.Port)}"));

    /// <summary>The setting of Qdrant's address.</summary>
    public string QdrantBehind(IReadOnlyDictionary<string, IReadOnlyList<Gate>> gates) =>
        gates.TryGetValue(Qdrant, out var ways) ? $"http://127.0.0.1:{ways[0].Port}" : _qdrant.ToString();

    private static (string Host, int Port) Broker(string address) =>
        address.LastIndexOf(':') is > 0 and var at && int.TryParse(address[(at + 1)..], out var port)
            ? (address[..at], port) : throw new UserException($"--kafka: '{address}' is no address such as localhost:9092");

    /// <summary>A gate to a broker elsewhere would have to be on its machine.</summary>
    private static bool IsHere(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
