using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Ticketing.TestServers;

/// <summary>
/// Stands between a client and a server and cuts the connection at the worst moment: when it sees a given text on its way to the server.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, Ports.Free());
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _host;
    private volatile int _port;
    private readonly Regex _text;
    private int _cutsToDo;
    private bool _afterForwarding;
    private bool _refuseAfterCut;
    private volatile bool _isRefusing;

    /// <param name="host">The server.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="text">What the worst moment looks like, in the bytes on their way to the server.</param>
    public CuttingProxy(string host, int port, Regex text)
    {
        _host = host;
        _port = port;
        _text = text;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often it has cut since it was last told to.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts the next connections that send the text, before the server gets it: it has not happened.</summary>
    public void CutBefore(int times = 1) => Arm(times, afterForwarding: false);

    /// <summary>Cuts the next connections that send the text, after the server has carried it out: it has happened, and the client does not know.</summary>
    /// <param name="times">How many connections.</param>
    /// <param name="refuseAfterwards">From the first cut on, nobody gets through any more, until <see cref="Restore"/>.</param>
    public void CutAfter(int times = 1, bool refuseAfterwards = false)
    {
        _refuseAfterCut = refuseAfterwards;
        Arm(times, afterForwarding: true);
    }

    /// <summary>Leads new connections to another port of the host; those that there are stay where they are.</summary>
    public void LeadTo(int port) => _port = port;

    /// <summary>Lets everybody through again.</summary>
    public void Restore()
    {
        _refuseAfterCut = false;
        _isRefusing = false;
        Arm(0, afterForwarding: false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        _stopping.Dispose();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    private void Arm(int times, bool afterForwarding)
    {
        _afterForwarding = afterForwarding;
        Cuts = 0;
        Volatile.Write(ref _cutsToDo, times);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var toClient = client;
        using var toServer = new TcpClient { NoDelay = true };
        toClient.NoDelay = true;
        try
        {
            if (_isRefusing)
            {
                toClient.Client.Close(0);
                return;
            }

            await toServer.ConnectAsync(_host, _port, _stopping.Token);

            // The way back first: the way there may find its text at once and close the client's side, and the server must keep its connection until it
            // has answered.
            var (clientSide, serverSide) = (toClient.GetStream(), toServer.GetStream());
            await Task.WhenAny(PumpAsync(serverSide, clientSide, watch: false), PumpAsync(clientSide, serverSide, watch: true));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side has hung up; so do we.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool watch)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var count = await from.ReadAsync(buffer, _stopping.Token);
            if (count == 0)
            {
                return;
            }

            if (watch && _isRefusing)
            {
                from.Socket.Close(0);
                return;
            }

            var cut = watch
                && Volatile.Read(ref _cutsToDo) > 0
                && _text.IsMatch(Encoding.Latin1.GetString(buffer, 0, count))
                && Interlocked.Decrement(ref _cutsToDo) >= 0;
            if (!cut)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), _stopping.Token);
                continue;
            }

            // The client's side first, so that no answer can get through.
            Cuts++;
            _isRefusing = _refuseAfterCut;
            from.Socket.Close(0);
            if (_afterForwarding)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), _stopping.Token);

                // The other direction ends as soon as it has the answer and cannot deliver it; then the server's side is closed too.
                await Task.Delay(TimeSpan.FromSeconds(10), _stopping.Token);
            }

            return;
        }
    }
}
