using System.Globalization;
using System.Text.RegularExpressions;
using MySqlConnector;

namespace Ticketing.TestServers;

/// <summary>A private MariaDB server: its own data folder, port and socket, gone when it is disposed of.</summary>
public sealed partial class MariaDbProcess : IAsyncDisposable
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

    /// <summary>Where its data is.</summary>
    public string DataFolder => _folder.File("data");

    public static async Task<MariaDbProcess> StartAsync(params string[] settings)
    {
        var process = await PrepareAsync(settings);
        try
        {
            await process.StartAsync();
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>One that is to be started.</summary>
    public static async Task<MariaDbProcess> PrepareAsync(params string[] settings)
    {
        var process = new MariaDbProcess(settings);
        await MariaDbTemplate.CopyToAsync(process.DataFolder);
        return process;
    }

    /// <summary>Starts it, again where it was stopped, on the same data and port.</summary>
    public Task StartAsync() => StartWithAsync();

    /// <summary>As <see cref="StartAsync()"/>.</summary>
    /// <param name="more">Settings for this start only.</param>
    public async Task StartWithAsync(params string[] more)
    {
        _server = Run(more);
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
        Directory.Delete(DataFolder, recursive: true);
        await MariaDbTemplate.CopyToAsync(DataFolder);
        await StartAsync();
    }

    /// <summary>Where it would go on after it was killed. Only one of a cluster knows: <c>uuid:number of the last transaction</c>.</summary>
    public async Task<string> RecoverPositionAsync()
    {
        await using var recovery = Run(["wsrep-recover"]);
        await recovery.WaitForExitAsync(TimeSpan.FromSeconds(60));
        return RecoveredPosition().Match(recovery.Output) is { Success: true } match
            ? match.Groups[1].Value
            : throw new InvalidOperationException($"No position was recovered:{Environment.NewLine}{recovery.Output}");
    }

    /// <summary>What it has said.</summary>
    public string Output => _server!.Output;

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

    private ManagedProcess Run(string[] more) => ManagedProcess.Start(Find("mariadbd"),
    [
        "--no-defaults",
        $"--datadir={DataFolder}",
        $"--socket={_folder.File("mariadb.sock")}",
        $"--tmpdir={_folder.Path}", // a server that starts deletes the temporary tables that it finds there, also those of others
        $"--pid-file={_folder.File("mariadb.pid")}",
        string.Create(CultureInfo.InvariantCulture, $"--port={_port}"),
        "--bind-address=127.0.0.1",
        $"--user={Environment.UserName}",
        "--skip-name-resolve",
        "--max-connections=1000",
        "--innodb-flush-log-at-trx-commit=1",
        "--innodb-buffer-pool-size=256M",
        .. _settings.Concat(more).Select(setting => $"--{setting}"),
    ]);

    internal static string Find(string program) => ManagedProcess.Find(program)
        ?? throw new InvalidOperationException($"{program} is not installed: apt-get install mariadb-server");

    [GeneratedRegex(@"Recovered position: *(\S+)")]
    private static partial Regex RecoveredPosition();
}
