using System.Globalization;
using System.Net.Sockets;
using System.Text;
using DotNet.Testcontainers.Builders;

namespace Ticketing.TestServers;

/// <summary>A real Redis for tests: a container where a Docker engine answers, else a private throw-away server from <c>redis-server</c>.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Func<ValueTask> _stop;

    private RedisServer(string connectionString, Func<ValueTask> stop)
    {
        ConnectionString = connectionString;
        _stop = stop;
    }

    public string ConnectionString { get; }

    /// <summary>The process, where it is one of ours: to stop, kill and freeze it.</summary>
    public RedisProcess? Process { get; private init; }

    public static async Task<RedisServer> StartAsync()
    {
        if (await DockerEngine.AnswersAsync())
        {
            const int port = 6379;
            var container = new ContainerBuilder("redis:7.4-alpine")
                .WithPortBinding(port, assignRandomHostPort: true)
                .WithWaitStrategy(Wait.ForUnixContainer().UntilCommandIsCompleted("redis-cli", "ping"))
                .Build();
            await container.StartAsync();
            return new(string.Create(CultureInfo.InvariantCulture, $"{container.Hostname}:{container.GetMappedPublicPort(port)}"), container.DisposeAsync);
        }

        var process = await RedisProcess.StartAsync();
        return new(process.ConnectionString, process.DisposeAsync) { Process = process };
    }

    public ValueTask DisposeAsync() => _stop();
}

/// <summary>A private Redis server on its own port, which keeps nothing on disk.</summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private readonly int _port = Ports.Free();
    private ManagedProcess? _server;

    private RedisProcess()
    {
    }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    public static async Task<RedisProcess> StartAsync()
    {
        var process = new RedisProcess();
        await process.RestartAsync();
        return process;
    }

    /// <summary>Starts it, again where it was stopped, on the same port.</summary>
    public async Task RestartAsync()
    {
        _server = ManagedProcess.Start(
            ManagedProcess.Find("redis-server") ?? throw new InvalidOperationException("redis-server is not installed: apt-get install redis-server"),
            ["--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await AnswersAsync())
        {
            if (_server.HasExited || DateTime.UtcNow > deadline)
            {
                throw new InvalidOperationException($"redis-server did not start:{Environment.NewLine}{_server.Output}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Ends it at once.</summary>
    public async Task KillAsync()
    {
        _server!.Kill();
        await _server.WaitForExitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Stops it in its tracks: connections stay open and nothing answers.</summary>
    public void Freeze() => _server!.Signal(19);

    /// <summary>Lets it go on.</summary>
    public void Thaw() => _server!.Signal(18);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _server.Signal(18);
            await _server.DisposeAsync();
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", _port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var buffer = new byte[16];
            var count = await client.GetStream().ReadAsync(buffer);
            return Encoding.ASCII.GetString(buffer, 0, count).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
