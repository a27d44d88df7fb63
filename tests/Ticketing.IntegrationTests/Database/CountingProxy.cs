using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>
/// Stands between a client and a MariaDB server and notes every command on its way. The client sends the next one only after the answer to
/// the last, so each is a round trip.
/// Source: https://mariadb.com/kb/en/0-packet/
/// </summary>
internal sealed class CountingProxy : IAsyncDisposable
{
    private const int HeaderLength = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, Ports.Free());
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<WireCommand> _commands = new();
    private readonly string _host;
    private readonly int _port;
    private int _connections;

    public CountingProxy(string host, int port)
    {
        _host = host;
        _port = port;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>All commands since the last <see cref="Clear"/>, in the order of their arrival.</summary>
    public IReadOnlyList<WireCommand> Commands => [.. _commands];

    public void Clear() => _commands.Clear();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token), Interlocked.Increment(ref _connections));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client, int connection)
    {
        using var toClient = client;
        using var toServer = new TcpClient { NoDelay = true };
        toClient.NoDelay = true;
        try
        {
            await toServer.ConnectAsync(_host, _port, _stopping.Token);
            await Task.WhenAny(
                ForwardAsync(toClient.GetStream(), toServer.GetStream(), connection),
                toServer.GetStream().CopyToAsync(toClient.GetStream(), _stopping.Token));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has hung up.
        }
    }

    /// <summary>A command is a packet with the sequence number 0; its first byte says what it asks for.</summary>
    private async Task ForwardAsync(NetworkStream from, NetworkStream to, int connection)
    {
        var header = new byte[HeaderLength];
        while (true)
        {
            await from.ReadExactlyAsync(header, _stopping.Token);
            var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) & 0xFFFFFF];
            await from.ReadExactlyAsync(body, _stopping.Token);
            if (header[^1] == 0)
            {
                _commands.Enqueue(new(connection, body[0], Encoding.UTF8.GetString(body.AsSpan(1))));
            }

            await to.WriteAsync((byte[])[.. header, .. body], _stopping.Token);
        }
    }
}

/// <param name="Connection">On which connection, numbered by the proxy.</param>
/// <param name="Kind">The protocol's number, such as 3 for a query.</param>
/// <param name="Text">Of a query: its statements.</param>
internal sealed record WireCommand(int Connection, byte Kind, string Text);
