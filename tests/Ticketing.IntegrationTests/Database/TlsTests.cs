using System.Globalization;
using Microsoft.Extensions.Configuration;
using MySqlConnector;
using Ticketing.Infrastructure.Database;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>The program's connections to a MariaDB server that encrypts them: <c>Database:Tls</c> and <c>Database:TlsCa</c>.</summary>
[Trait("Run", "Full")]
public sealed class TlsTests : IDisposable
{
    private readonly Authority _authority = new("ours");
    private readonly Authority _other = new("another");

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task It_books_over_TLS_on_a_server_that_it_can_verify()
    {
        await using var server = await MariaDbServer.StartAsync([.. _authority.ServerOptions(), "require-secure-transport=ON"]);
        var settings = Settings(server, "VerifyFull", _authority);

        await using var api = await ApiProcess.StartAsync(settings);
        (await api.Client.BookAsync(await api.Client.SetupAsync(1, "batched"))).IsBooked.Should().BeTrue();

        (await CipherAsync(settings)).Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused()
    {
        await using var server = await MariaDbServer.StartAsync(_authority.ServerOptions());

        (await FailAsync(Settings(server, "VerifyCA", _other))).Should().Contain("certificate");
    }

    [Fact]
    public async Task A_server_with_a_certificate_for_another_name_is_refused_by_VerifyFull_alone()
    {
        await using var server = await MariaDbServer.StartAsync(_authority.ServerOptions(host: "elsewhere.example"));

        (await FailAsync(Settings(server, "VerifyFull", _authority))).Should().Contain("certificate");
        (await CipherAsync(Settings(server, "VerifyCA", _authority))).Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_server_without_TLS_is_refused_where_TLS_is_required()
    {
        await using var server = await MariaDbServer.StartAsync("skip-ssl");

        (await FailAsync(Settings(server, "Required"))).Should().Contain("SSL");
    }

    [Fact]
    public async Task A_server_that_requires_TLS_refuses_plain_connections()
    {
        await using var server = await MariaDbServer.StartAsync([.. _authority.ServerOptions(), "require-secure-transport=ON"]);

        // The words of MariaDB 10.11. The same user is let in over TLS, see above.
        (await FailAsync(Settings(server, "None"))).Should().Contain("Access denied");
    }

    [Theory]
    [InlineData("Required", true, "It has no effect while Database:Tls is Required")]
    [InlineData("VerifyFull", false, "There is no file")]
    [InlineData("Encrypted", true, "Encrypted")]
    public async Task A_setting_that_would_protect_nothing_stops_the_program(string tls, bool isThere, string message)
    {
        var settings = new Dictionary<string, string?>
        {
            ["DB_HOST"] = "127.0.0.1",
            ["Database__Tls"] = tls,
            ["Database__TlsCa"] = isThere ? _authority.CertificateFile : "/nowhere/ca.pem",
        };

        (await FailAsync(settings)).Should().Contain(message).And.Contain("Database:Tls");
    }

    private static Dictionary<string, string?> Settings(MariaDbServer server, string tls, Authority? authority = null)
    {
        var connection = new MySqlConnectionStringBuilder(server.ConnectionString);
        return new()
        {
            ["DB_HOST"] = connection.Server,
            ["DB_PORT"] = connection.Port.ToString(CultureInfo.InvariantCulture),
            ["DB_USER"] = connection.UserID,
            ["DB_PASSWORD"] = connection.Password,
            ["Database__StartupTimeoutSeconds"] = "2",
            ["Database__Tls"] = tls,
            ["Database__TlsCa"] = authority?.CertificateFile,
        };
    }

    /// <summary>How a connection with these settings is encrypted; empty if it is not.</summary>
    private static async Task<string> CipherAsync(IReadOnlyDictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key.Replace("__", ":", StringComparison.Ordinal), setting => setting.Value))
            .Build();
        var options = configuration.GetSection(DatabaseOptions.Section).Get<DatabaseOptions>()!;
        var target = new MySqlConnectionStringBuilder(DatabaseTarget.From(configuration, options).ConnectionString) { Database = "", Pooling = false };
        await using var connection = new MySqlConnection(target.ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>What the program says before it ends.</summary>
    private static async Task<string> FailAsync(IReadOnlyDictionary<string, string?> settings)
    {
        await using var program = ApiProcess.Run(settings, "--migrate");
        await program.WaitForExitAsync(TimeSpan.FromSeconds(60));
        program.ExitCode.Should().NotBe(0, program.Output);
        return program.Output;
    }
}
