using System.Net;
using System.Net.Sockets;

namespace Ticketing.TestServers;

/// <summary>An address of this machine, such as 127.0.7.1, from which a client comes: to servers on 127.0.0.1 it is somebody else.</summary>
public sealed class LocalAddress(string address)
{
    private readonly IPEndPoint _address = new(IPAddress.Parse(address), 0);

    /// <summary>Makes all connections from this address.</summary>
    public SocketsHttpHandler Handler() => new()
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(_address);
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
