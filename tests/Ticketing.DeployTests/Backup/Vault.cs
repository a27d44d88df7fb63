using System.Globalization;
using MySqlConnector;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Backup;

/// <summary>A MariaDB with the settings that the Compose file gives it, and the scripts of deploy/backup as they are shipped, with a folder for what they keep.</summary>
internal sealed class Vault : IAsyncDisposable
{
    public const string Database = "ticket_booking";

    private const string Password = @"it's a \ secret";

    private readonly TemporaryFolder _backups = new();

    private Vault(MariaDbProcess server) => Server = server;

    public MariaDbProcess Server { get; }

    public Dictionary<string, string?> ApiSettings => new() { ["ConnectionStrings__Ticketing"] = $"{Server.ConnectionString};Database={Database}" };

    /// <summary>The folders of all servers, the newest last.</summary>
    public IEnumerable<string> Folders => Directory.GetDirectories(_backups.Path).Order(StringComparer.Ordinal);

    public static async Task<Vault> StartAsync()
    {
        var vault = new Vault(await MariaDbProcess.StartAsync("log-bin=binlog", "binlog-format=ROW", "sync-binlog=1"));
        try
        {
            await vault.CreateAccountAsync();
            return vault;
        }
        catch
        {
            await vault.DisposeAsync();
            throw;
        }
    }

    /// <summary>The tables, without an API that would sweep holds.</summary>
    public async Task MigrateAsync()
    {
        await using var migration = ApiProcess.Run(ApiSettings, "--migrate");
        await migration.WaitForExitAsync(TimeSpan.FromSeconds(60));
        migration.ExitCode.Should().Be(0, migration.Output);
    }

    /// <summary>Loses the server with its disk, and puts a new one in its place.</summary>
    public async Task LoseServerAsync()
    {
        await Server.ReplaceAsync();
        await CreateAccountAsync();
    }

    public async Task<string> BackUpAsync() => await SucceedAsync(Run("backup.sh"));

    public ManagedProcess TryBackUp() => Run("backup.sh");

    public async Task<string> CheckAsync(params string[] arguments) => await SucceedAsync(Run("check.sh", arguments));

    public ManagedProcess TryCheck() => Run("check.sh");

    /// <summary>Starts to copy the binlog; it goes on until it is disposed of.</summary>
    public ManagedProcess ShipBinlog() => Run("ship-binlog.sh");

    public async Task<string> RestoreAsync(string folder, params string[] arguments) => await SucceedAsync(TryRestore(folder, arguments));

    public ManagedProcess TryRestore(string folder, params string[] arguments) =>
        Run("restore.sh", [Path.GetFileName(folder), .. arguments], new() { ["DB_USER"] = "root", ["DB_PASSWORD"] = "" });

    /// <summary>Waits for the end of a script that is to fail.</summary>
    /// <returns>What it said.</returns>
    public static async Task<string> FailAsync(ManagedProcess script)
    {
        await using (script)
        {
            await script.WaitForExitAsync(TimeSpan.FromMinutes(1));
            script.ExitCode.Should().NotBe(0, script.Output);
            return script.Output;
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new MySqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync();
    }

    public async Task<List<T>> QueryAsync<T>(string sql, Func<MySqlDataReader, T> read)
    {
        await using var connection = await OpenAsync();
        await using var command = new MySqlCommand(sql, connection) { CommandTimeout = 600 };
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _backups.Dispose();
    }

    private Task<string> CreateAccountAsync() => SucceedAsync(Run("create-account.sh", environment: new()
    {
        ["MYSQL_HOST"] = "127.0.0.1",
        ["MYSQL_TCP_PORT"] = Server.Port.ToString(CultureInfo.InvariantCulture),
        ["MARIADB_ROOT_PASSWORD"] = "",
        ["MARIADB_DATABASE"] = Database,
        ["BACKUP_PASSWORD"] = Password,
    }));

    private ManagedProcess Run(string script, string[]? arguments = null, Dictionary<string, string?>? environment = null)
    {
        var settings = new Dictionary<string, string?>
        {
            ["DB_HOST"] = "127.0.0.1",
            ["DB_PORT"] = Server.Port.ToString(CultureInfo.InvariantCulture),
            ["DB_PASSWORD"] = Password,
            ["BACKUP_DIR"] = _backups.Path,
        };
        foreach (var (name, value) in environment ?? [])
        {
            settings[name] = value;
        }

        return ManagedProcess.Start("bash", [Repository.File("deploy", "backup", script), .. arguments ?? []], settings);
    }

    private async Task<MySqlConnection> OpenAsync()
    {
        var connection = new MySqlConnection($"{Server.ConnectionString};Database={Database};Pooling=false;AllowUserVariables=true");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<string> SucceedAsync(ManagedProcess script)
    {
        await using (script)
        {
            await script.WaitForExitAsync(TimeSpan.FromMinutes(10));
            script.ExitCode.Should().Be(0, script.Output);
            return script.Output;
        }
    }
}
