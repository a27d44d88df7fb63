using Microsoft.Extensions.Configuration;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>Settings whose value is in a file.</summary>
public sealed class SecretFilesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("DB_PASSWORD")]
    [InlineData("DB_USER")]
    [InlineData("ConnectionStrings:Ticketing")]
    [InlineData("ConnectionStrings:Redis")]
    public void A_secret_is_read_from_the_file_that_is_named(string setting)
    {
        File.WriteAllText(_file, " s3cret = \n");

        Configure(new() { [setting + "_FILE"] = _file })[setting].Should().Be(" s3cret = ", "only the line break at the end is not part of it");
    }

    [Fact]
    public void A_file_that_cannot_be_read_stops_the_program_with_the_settings_name()
    {
        var start = () => Configure(new() { ["DB_PASSWORD_FILE"] = _file + ".missing" });

        start.Should().Throw<InvalidSettingException>().WithMessage($"DB_PASSWORD_FILE: *{_file}.missing*");
    }

    [Fact]
    public void A_secret_that_is_given_twice_stops_the_program()
    {
        var start = () => Configure(new() { ["DB_PASSWORD"] = "p", ["DB_PASSWORD_FILE"] = _file });

        start.Should().Throw<InvalidSettingException>().WithMessage("DB_PASSWORD_FILE: DB_PASSWORD is set too*");
    }

    [Fact]
    public void Files_of_other_programs_are_left_alone() =>
        Configure(new() { ["SSL_CERT_FILE"] = _file + ".missing" })["SSL_CERT"].Should().BeNull();

    private static ConfigurationManager Configure(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings);
        configuration.AddSecretFiles();
        return configuration;
    }
}
