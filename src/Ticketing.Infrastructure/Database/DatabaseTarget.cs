using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using MySqlConnector;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Database;

/// <summary>The database of this process, from the configuration.</summary>
/// <param name="Provider">Sqlite or MariaDb, never Auto.</param>
/// <param name="ConnectionString">For the driver of that product.</param>
/// <param name="ReplicaConnectionString">The replica that reads go to; null if there is none.</param>
internal sealed record DatabaseTarget(DatabaseProvider Provider, string ConnectionString, string? ReplicaConnectionString = null)
{
    private const string ConnectionName = "Ticketing";
    private const string ReplicaConnectionName = "TicketingReads";
    private const string DefaultDatabase = "ticketing";

    /// <summary>
    /// The connection string takes precedence; then the variables <c>DB_HOST</c>, <c>DB_PORT</c>, <c>DB_USER</c>, <c>DB_PASSWORD</c>,
    /// <c>DB_NAME</c>; else SQLite in <c>ticketing.db</c>.
    /// </summary>
    /// <exception cref="InvalidSettingException">A setting is wrong; the message names it.</exception>
    public static DatabaseTarget From(IConfiguration configuration, DatabaseOptions options)
    {
        var connectionString = configuration.GetConnectionString(ConnectionName);
        var host = configuration["DB_HOST"];
        var provider = options.Provider switch
        {
            DatabaseProvider.Auto when !string.IsNullOrWhiteSpace(connectionString) => Guess(connectionString),
            DatabaseProvider.Auto => string.IsNullOrWhiteSpace(host) ? DatabaseProvider.Sqlite : DatabaseProvider.MariaDb,
            var given => given,
        };

        var replica = configuration.GetConnectionString(ReplicaConnectionName);
        if (provider == DatabaseProvider.Sqlite)
        {
            return string.IsNullOrWhiteSpace(replica)
                ? new(provider, Sqlite(connectionString, options))
                : throw new InvalidSettingException(
                    $"ConnectionStrings:{ReplicaConnectionName}", $"SQLite has no replica. Leave it out, or name a MariaDB in ConnectionStrings:{ConnectionName}.");
        }

        var primary = MariaDb(connectionString, host, configuration, options);
        return new(provider, primary, string.IsNullOrWhiteSpace(replica) ? null : Replica(primary, replica));
    }

    private static DatabaseProvider Guess(string connectionString) =>
        connectionString.Contains("Server=", StringComparison.OrdinalIgnoreCase)
        || connectionString.Contains("Host=", StringComparison.OrdinalIgnoreCase)
            ? DatabaseProvider.MariaDb
            : DatabaseProvider.Sqlite;

    private static string Sqlite(string? connectionString, DatabaseOptions options)
    {
        var builder = Parse(() => new SqliteConnectionStringBuilder(connectionString));
        if (string.IsNullOrWhiteSpace(builder.DataSource))
        {
            builder.DataSource = "ticketing.db";
        }

        builder.ForeignKeys = true;
        builder.Pooling = options.Pooling;
        builder.DefaultTimeout = options.CommandTimeoutSeconds;
        return builder.ConnectionString;
    }

    private static string MariaDb(string? connectionString, string? host, IConfiguration configuration, DatabaseOptions options)
    {
        var builder = Parse(() => new MySqlConnectionStringBuilder(connectionString ?? ""));
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            builder.Server = string.IsNullOrWhiteSpace(host) ? "localhost" : host;
            builder.Port = Port(configuration["DB_PORT"]);
            builder.UserID = configuration["DB_USER"] ?? "root";
            builder.Password = configuration["DB_PASSWORD"] ?? "";
            builder.Database = configuration["DB_NAME"] ?? DefaultDatabase;
        }

        if (string.IsNullOrWhiteSpace(builder.Database))
        {
            builder.Database = DefaultDatabase;
        }

        Encrypt(builder, options);
        builder.Pooling = options.Pooling;
        SetUnlessGiven(builder, "Maximum Pool Size", (uint)options.MaxPoolSize);
        SetUnlessGiven(builder, "Connection Timeout", (uint)options.ConnectTimeoutSeconds);
        SetUnlessGiven(builder, "Default Command Timeout", (uint)options.CommandTimeoutSeconds);

        // A dead peer must be detected: the buyers of a batch wait for its connection.
        SetUnlessGiven(builder, "Keep Alive", 15u);

        // A statement that takes too long is given up at once. To have it ended by the server takes a second connection, which a server that hangs does not accept.
        SetUnlessGiven(builder, "Cancellation Timeout", -1);

        // In seconds. After a fail-over, no connection stays with the old server for longer, even if no order meets it.
        SetUnlessGiven(builder, "Connection Lifetime", 300u);

        // A transaction leaves its session as it found it, so a reset before its next use would be a wasted round trip.
        builder.ConnectionReset = false;

        // Required by Pomelo for a given data source.
        builder.AllowUserVariables = true;
        builder.UseAffectedRows = false;
        return builder.ConnectionString;
    }

    /// <summary>What is not said about the replica, such as the account or the database, is as with the primary.</summary>
    private static string Replica(string primary, string replica)
    {
        var given = Parse(() => new MySqlConnectionStringBuilder(replica), ReplicaConnectionName);
        return given.Server.Length > 0
            ? Parse(() => new MySqlConnectionStringBuilder($"{primary};{replica}"), ReplicaConnectionName).ConnectionString
            : throw new InvalidSettingException($"ConnectionStrings:{ReplicaConnectionName}", "It names no server, as in 'Server=replica'.");
    }

    private static void Encrypt(MySqlConnectionStringBuilder builder, DatabaseOptions options)
    {
        const string setting = $"{DatabaseOptions.Section}:{nameof(DatabaseOptions.TlsCa)}";
        SetUnlessGiven(builder, "SSL Mode", options.Tls);
        if (string.IsNullOrEmpty(options.TlsCa))
        {
            return;
        }

        if (builder.SslMode is not (MySqlSslMode.VerifyCA or MySqlSslMode.VerifyFull))
        {
            throw new InvalidSettingException(setting, $"It has no effect while {DatabaseOptions.Section}:{nameof(DatabaseOptions.Tls)} is {builder.SslMode}; set that to VerifyFull or VerifyCA.");
        }

        if (!File.Exists(options.TlsCa))
        {
            throw new InvalidSettingException(setting, $"There is no file '{options.TlsCa}'.");
        }

        SetUnlessGiven(builder, "SSL CA", options.TlsCa);
    }

    private static void SetUnlessGiven(MySqlConnectionStringBuilder builder, string keyword, object value)
    {
        if (!builder.ContainsKey(keyword))
        {
            builder[keyword] = value;
        }
    }

    private static uint Port(string? text) => text switch
    {
        null or "" => 3306,
        _ when ushort.TryParse(text, out var port) && port > 0 => port,
        _ => throw new InvalidSettingException("DB_PORT", $"'{text}' is not a port number."),
    };

    private static T Parse<T>(Func<T> parse, string name = ConnectionName)
    {
        try
        {
            return parse();
        }
        catch (ArgumentException exception)
        {
            throw new InvalidSettingException($"ConnectionStrings:{name}", exception.Message);
        }
    }
}
