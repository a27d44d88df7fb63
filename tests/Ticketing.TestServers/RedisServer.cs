using System.Globalization;
using System.Net.Sockets;
using System.Text;
using DotNet.Testcontainers.Builders;

namespace Ticketing.TestServers;

/// <summary>A real Redis for tests: a private server from the <c>redis-server</c> on this machine, else a container.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Func<ValueTask> _stop;

    private RedisServer(string connectionString, Func<ValueTask> stop)
    {
        ConnectionString = connectionString;
        _stop = stop;
    }

    public string ConnectionString { get; }

    public static async Task<RedisServer> StartAsync()
    {
        if (ManagedProcess.Find("redis-server") is not null || !await DockerEngine.AnswersAsync())
        {
            var process = await RedisProcess.StartAsync();
            return new(process.ConnectionString, process.DisposeAsync);
        }

        const int port = 6379;
        var container = (await DockerEngine.ContainerAsync("redis:7.4-alpine"))
            .WithPortBinding(port, assignRandomHostPort: true)
            .WithWaitStrategy(Wait.ForUnixContainer().UntilCommandIsCompleted("redis-cli", "ping"))
            .Build();
        try
        {
            await container.StartAsync();
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }

        return new(string.Create(CultureInfo.InvariantCulture, $"{container.Hostname}:{container.GetMappedPublicPort(port)}"), container.DisposeAsync);
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
        try
        {
            await process.RestartAsync();
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
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
    public void Freeze() => _server!.Freeze();

    /// <summary>Lets it go on.</summary>
    public void Thaw() => _server!.Thaw();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _server.Thaw();
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
