using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using TcMgc.Hosting.Access;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;

namespace TcMgc.Hosting;

/// <summary>
/// Finds out before a service prepares anything whether another program listens on an address: Kestrel would tell it after the
/// model was loaded and all workers had started.
/// </summary>
public static class FreeAddresses
{
    /// <summary>Requires that nobody listens on the addresses of <c>Urls</c>.</summary>
    /// <exception cref="UserException">Somebody does.</exception>
    public static WebApplicationBuilder RequireFreeAddresses(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Require(Settings.Read<ServiceOptions>(builder.Configuration).Urls);
        return builder;
    }

    /// <exception cref="UserException">Another program listens on one of the addresses.</exception>
    internal static void Require(string urls)
    {
        foreach (var address in ListeningOn.Addresses(urls))
            if (address.Port > 0 && IsTaken(new(IpOf(address), address.Port)))
                throw new UserException($"{address.Scheme}://{address.Authority} is taken: another program listens there; choose "
                    + "another port, or 0 for a free one");
    }

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
