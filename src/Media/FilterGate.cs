using System.Net.Sockets;
using System.Text;

namespace TcMgc.Media;

/// <summary>
/// Where a run of ffmpeg asks for its filters. It opens its input and tells of it, then asks here for the filters of one output
/// after the other, and decodes only once it has them: what it says can be looked at before.
/// </summary>
internal sealed class FilterGate : IDisposable
{
    /// <summary>ffmpeg's option for the filters of an output.</summary>
    public const string Option = $"-filter_script:v unix:{Name}";

    private const string Name = "filters";

    /// <summary>Bytes of a socket's path that every system takes.</summary>
    private const int LongestPath = 100;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private FilterGate(string path)
    {
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _socket.Listen();
    }

    /// <summary>Opens one in the folder where ffmpeg will run; null where that takes no socket or has a long path.</summary>
    public static FilterGate? Open(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            return Encoding.UTF8.GetByteCount(path) <= LongestPath ? new(path) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Gives each output its filters, in the order of ffmpeg's arguments; ends early where ffmpeg does.</summary>
    public async Task AnswerAsync(IEnumerable<string> graphs)
    {
        try
        {
            foreach (var graph in graphs)
            {
                await using var asking = new NetworkStream(await _socket.AcceptAsync(), ownsSocket: true);
                await asking.WriteAsync(Encoding.ASCII.GetBytes(graph));
            }
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            // ffmpeg has ended, and says why.
        }
    }

    public void Dispose() => _socket.Dispose();
}
