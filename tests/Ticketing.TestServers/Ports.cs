using System.Net;
using System.Net.Sockets;

namespace Ticketing.TestServers;

/// <summary>Free ports on the loopback address.</summary>
public static class Ports
{
    /// <summary>A port that nobody listens on at this moment.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
