using System.Net;
using System.Net.Sockets;

namespace Ticketing.TestServers;

/// <summary>
/// Free ports on the loopback address, below those that systems hand out to clients (Linux from 32768 on): none is taken by an outgoing
/// connection between the moment it is found free and the moment a server listens on it.
/// </summary>
/// <remarks>
/// A process claims a block of ports by listening on its first one for as long as it lives. So two test processes side by side never share a
/// port, and within a process no port is given twice.
/// </remarks>
public static class Ports
{
    private const int First = 12_000;
    private const int BlockSize = 100;
    private const int Blocks = 200;

    private static readonly Lock _lock = new();
    private static readonly List<TcpListener> _claims = [];

    private static int _next;
    private static int _end;

    /// <summary>A port that nothing listens on.</summary>
    public static int Free()
    {
        lock (_lock)
        {
            while (true)
            {
                if (_next == _end)
                {
                    ClaimBlock();
                }

                var port = _next++;
                if (TryListen(port) is { } listener)
                {
                    listener.Dispose();
                    return port;
                }
            }
        }
    }

    private static void ClaimBlock()
    {
        var start = Environment.ProcessId % Blocks;
        for (var i = 0; i < Blocks; i++)
        {
            var first = First + ((start + i) % Blocks * BlockSize);
            if (TryListen(first) is { } claim)
            {
                _claims.Add(claim);
                (_next, _end) = (first + 1, first + BlockSize);
                return;
            }
        }

        throw new InvalidOperationException($"Every block of ports from {First} to {First + (Blocks * BlockSize) - 1} is in use.");
    }

    private static TcpListener? TryListen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
