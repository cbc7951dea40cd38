using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>
/// Finds out before anything else starts whether another program listens on an address: Kestrel, which comes last, would tell it
/// after all workers have started.
/// </summary>
/// <param name="options">The addresses.</param>
internal sealed class FreeAddresses(ServiceOptions options) : IHostedLifecycleService
{
    /// <exception cref="UserException">One is taken.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var address in ListeningOn.Addresses(options.Urls))
            if (address.Port > 0 && IsTaken(new(IpOf(address), address.Port)))
                throw new UserException($"{address.Scheme}://{address.Authority} is taken: another program listens there; choose "
                    + "another port (Urls), or 0 for a free one");
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>As Kestrel listens: on loopback for localhost, on every address for names.</summary>
    private static IPAddress IpOf(Uri address) => IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) ? ip
        : address.IsLoopback ? IPAddress.Loopback : IPAddress.Any;

    private static bool IsTaken(IPEndPoint end)
    {
        using var listener = new TcpListener(end);
        try
        {
            listener.Start();
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.AddressAlreadyInUse; // Of everything else Kestrel tells.
        }
    }
}
