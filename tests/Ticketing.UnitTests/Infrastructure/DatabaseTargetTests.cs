using Microsoft.Extensions.Configuration;
using MySqlConnector;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>Which database a configuration means.</summary>
public sealed class DatabaseTargetTests
{
    [Fact]
    public void Without_settings_the_database_is_sqlite_in_the_current_folder()
    {
        var target = Find([]);
        target.Provider.Should().Be(DatabaseProvider.Sqlite);
        target.ConnectionString.Should().Contain("Data Source=ticketing.db");
    }

    [Theory]
    [InlineData("Data Source=x.db", DatabaseProvider.Sqlite)]
    [InlineData("Server=db;User ID=u", DatabaseProvider.MariaDb)]
    [InlineData("host=db", DatabaseProvider.MariaDb)]
    public void The_connection_string_determines_the_provider(string connectionString, DatabaseProvider expected) =>
        Find(new() { ["ConnectionStrings:Ticketing"] = connectionString }).Provider.Should().Be(expected);

    [Fact]
    public void The_source_systems_variables_mean_mariadb()
    {
        var settings = new MySqlConnectionStringBuilder(Find(new()
        {
            ["DB_HOST"] = "db",
            ["DB_PORT"] = "3307",
            ["DB_USER"] = "u",
            ["DB_PASSWORD"] = "p",
            ["DB_NAME"] = "n",
        }).ConnectionString);

        settings.Should().BeEquivalentTo(
            new { Server = "db", Port = 3307u, UserID = "u", Password = "p", Database = "n" }, options => options.ExcludingMissingMembers());
    }

    [Fact]
    public void The_connection_string_wins_over_the_variables() =>
        Find(new() { ["DB_HOST"] = "db", ["ConnectionStrings:Ticketing"] = "Data Source=x.db" }).Provider.Should().Be(DatabaseProvider.Sqlite);

    [Fact]
    public void Settings_of_the_connection_string_win_over_the_section()
    {
        var settings = new MySqlConnectionStringBuilder(Find(new() { ["ConnectionStrings:Ticketing"] = "Server=db;Max Pool Size=7;Connect Timeout=3" }).ConnectionString);
        settings.MaximumPoolSize.Should().Be(7);
        settings.ConnectionTimeout.Should().Be(3);
        settings.DefaultCommandTimeout.Should().Be((uint)new DatabaseOptions().CommandTimeoutSeconds);
    }

    [Fact]
    public void What_is_not_said_about_the_replica_is_as_with_the_primary()
    {
        var replica = new MySqlConnectionStringBuilder(Find(new()
        {
            ["ConnectionStrings:Ticketing"] = "Server=db;Port=3307;User ID=u;Password=p;Database=n",
            ["ConnectionStrings:TicketingReads"] = "Host=replica;User=reader",
        }).ReplicaConnectionString!);

        replica.Should().BeEquivalentTo(
            new { Server = "replica", Port = 3307u, UserID = "reader", Password = "p", Database = "n", AllowUserVariables = true, UseAffectedRows = false, CancellationTimeout = -1 },
            options => options.ExcludingMissingMembers());
        Find(new() { ["DB_HOST"] = "db", ["ConnectionStrings:TicketingReads"] = "" }).ReplicaConnectionString.Should().BeNull();
    }

    [Theory]
    [InlineData("Data Source=x.db", "Server=replica")]
    [InlineData("Server=db", "User ID=reader")]
    [InlineData("Server=db", "Server=replica;Nonsense=b")]
    public void A_replica_that_cannot_be_is_refused_by_name(string primary, string replica)
    {
        var find = () => Find(new() { ["ConnectionStrings:Ticketing"] = primary, ["ConnectionStrings:TicketingReads"] = replica });
        find.Should().Throw<InvalidSettingException>().WithMessage("ConnectionStrings:TicketingReads: *");
    }

    [Fact]
    public void Pooling_can_be_turned_off()
    {
        var options = new DatabaseOptions { Pooling = false };
        new MySqlConnectionStringBuilder(Find(new() { ["DB_HOST"] = "db" }, options).ConnectionString).Pooling.Should().BeFalse();
        Find([], options).ConnectionString.Should().Contain("Pooling=False");
    }

    [Theory]
    [InlineData("http")]
    [InlineData("0")]
    [InlineData("70000")]
    public void A_wrong_port_is_named(string port) =>
        FluentActions.Invoking(() => Find(new() { ["DB_HOST"] = "db", ["DB_PORT"] = port })).Should().Throw<InvalidSettingException>().WithMessage("DB_PORT:*");

    private static DatabaseTarget Find(Dictionary<string, string?> settings, DatabaseOptions? options = null) =>
        DatabaseTarget.From(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), options ?? new());
}
