using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using TcMgc.Hosting.Access;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;

namespace TcMgc.Hosting;

/// <summary>
/// Finds out before a service prepares anything whether it can listen on its addresses: Kestrel would tell it after the model was
/// loaded and all workers had started.
/// </summary>
public static class FreeAddresses
{
    /// <summary>Requires that the addresses of <c>Urls</c> are this machine's, and that nobody listens there.</summary>
    /// <exception cref="UserException">One is not, or somebody does.</exception>
    public static WebApplicationBuilder RequireFreeAddresses(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Require(Settings.Read<ServiceOptions>(builder.Configuration).Urls);
        return builder;
    }

    /// <exception cref="UserException">An address is of another machine, or another program listens there.</exception>
    internal static void Require(string urls)
    {
        foreach (var address in ListeningOn.Addresses(urls))
            switch (ErrorOf(new(IpOf(address), address.Port)))
            {
                case SocketError.AddressNotAvailable:
                    throw new UserException($"Urls: {address.Host} is no address of this machine");
                case SocketError.AddressAlreadyInUse:
                    throw new UserException($"{address.Scheme}://{address.Authority} is taken: another program listens there; "
                        + "choose another port, or 0 for a free one");
            }
    }

    /// <summary>As Kestrel listens: on loopback for localhost.</summary>
    private static IPAddress IpOf(Uri address) =>
        IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) ? ip : IPAddress.Loopback;

    private static SocketError ErrorOf(IPEndPoint end)
    {
        using var listener = new TcpListener(end);
        try
        {
            listener.Start();
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode; // Of all but two Kestrel tells.
        }
    }
}
