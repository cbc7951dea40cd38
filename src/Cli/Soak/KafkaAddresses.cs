using System.Buffers.Binary;
using System.Text;

namespace TcMgc.Cli.Soak;

/// <summary>
/// Replaces the addresses of brokers by those of their gates in what brokers tell clients. In every version of Kafka's protocol a
/// broker's host is followed by its port, four bytes; only the port is replaced, so that lengths stay.
/// </summary>
internal sealed class KafkaAddresses
{
    private readonly Lock _gate = new();
    private readonly List<(byte[] Address, int Gate)> _known = [];

    /// <summary>Whether an address was replaced: else brokers tell clients other addresses than those that were given.</summary>
    public bool Replaced { get; private set; }

    /// <param name="host">A broker's host, which leads to this machine.</param>
    /// <param name="port">Its port.</param>
    /// <param name="gate">The port that takes its place.</param>
    public void Add(string host, int port, int gate)
    {
        var address = new byte[Encoding.UTF8.GetByteCount(host) + sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(address.AsSpan(Encoding.UTF8.GetBytes(host, address)), port);
        lock (_gate)
            _known.Add((address, gate));
    }

    /// <summary>Replaces the addresses in an answer.</summary>
    public void Replace(Span<byte> answer)
    {
        lock (_gate)
            foreach (var (address, gate) in _known)
                for (var from = 0; answer[from..].IndexOf(address) is >= 0 and var at; from += at + address.Length)
                {
                    BinaryPrimitives.WriteInt32BigEndian(answer[(from + at + address.Length - sizeof(int))..], gate);
                    Replaced = true;
                }
    }
}
