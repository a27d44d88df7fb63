using System.Net;
using System.Net.Sockets;
using System.Text;
using Ticketing.TestServers;

namespace Ticketing.RaceLabTests;

/// <summary>Answers every request with the same bytes after the same time; without an answer to give it hangs up.</summary>
internal sealed class SlowServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, Ports.Free());
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeSpan _pause;
    private readonly byte[]? _answer;

    public SlowServer(TimeSpan pause, string? answer)
    {
        _pause = pause;
        _answer = answer is null ? null : Encoding.ASCII.GetBytes(answer);
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

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
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var _ = client;
        var buffer = new byte[4096];
        while (await client.ReceiveAsync(buffer) > 0)
        {
            await Task.Delay(_pause);
            if (_answer is null)
            {
                return;
            }

            await client.SendAsync(_answer);
        }
    }
}
