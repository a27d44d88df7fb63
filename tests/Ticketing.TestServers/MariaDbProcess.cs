using System.Globalization;
using MySqlConnector;

namespace Ticketing.TestServers;

/// <summary>A private MariaDB server: its own data folder, port and socket, gone when it is disposed of.</summary>
public sealed class MariaDbProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = Ports.Free();
    private readonly string[] _settings;
    private ManagedProcess? _server;

    private MariaDbProcess(string[] settings) => _settings = settings;

    public int Port => _port;

    public string ConnectionString => new MySqlConnectionStringBuilder
    {
        Server = "127.0.0.1",
        Port = (uint)_port,
        UserID = "root",
        SslMode = _settings.Contains("require-secure-transport=ON") ? MySqlSslMode.Required : MySqlSslMode.None,
    }.ConnectionString;

    public static async Task<MariaDbProcess> StartAsync(params string[] settings)
    {
        var process = new MariaDbProcess(settings);
        try
        {
            await MariaDbTemplate.CopyToAsync(process._folder.File("data"));
            await process.StartAsync();
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, again where it was stopped, on the same data and port.</summary>
    public async Task StartAsync()
    {
        _server = ManagedProcess.Start(Find("mariadbd"),
        [
            "--no-defaults",
            $"--datadir={_folder.File("data")}",
            $"--socket={_folder.File("mariadb.sock")}",
            $"--pid-file={_folder.File("mariadb.pid")}",
            string.Create(CultureInfo.InvariantCulture, $"--port={_port}"),
            "--bind-address=127.0.0.1",
            $"--user={Environment.UserName}",
            "--skip-name-resolve",
            "--max-connections=1000",
            "--innodb-flush-log-at-trx-commit=1",
            "--innodb-buffer-pool-size=256M",
            .. _settings.Select(setting => $"--{setting}"),
        ]);

        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                await using var connection = new MySqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (MySqlException) when (DateTime.UtcNow < deadline && !_server.HasExited)
            {
                await Task.Delay(100);
            }
            catch (MySqlException exception)
            {
                throw new InvalidOperationException($"mariadbd did not start:{Environment.NewLine}{_server.Output}", exception);
            }
        }
    }

    /// <summary>Ends it in good order, as a restart does.</summary>
    public async Task StopAsync()
    {
        _server!.Terminate();
        await _server.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Ends it at once, as a power cut does.</summary>
    public async Task KillAsync()
    {
        _server!.Kill();
        await _server.WaitForExitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Ends it at once and deletes its data, as the loss of a machine with its disk does, and starts a new, empty one in its place.</summary>
    public async Task ReplaceAsync()
    {
        await KillAsync();
        Directory.Delete(_folder.File("data"), recursive: true);
        await MariaDbTemplate.CopyToAsync(_folder.File("data"));
        await StartAsync();
    }

    /// <summary>How much CPU it has used so far.</summary>
    public TimeSpan CpuTime => _server!.CpuTime;

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

        _folder.Dispose();
    }

    internal static string Find(string program) => ManagedProcess.Find(program)
        ?? throw new InvalidOperationException($"{program} is not installed: apt-get install mariadb-server");
}
