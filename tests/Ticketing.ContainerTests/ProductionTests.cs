using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.ContainerTests;

/// <summary>The two files of production, as Compose itself puts them together.</summary>
[Trait("Run", "Full")]
public sealed class ProductionTests : IDisposable
{
    private readonly TemporaryFolder _secrets = new();

    public void Dispose() => _secrets.Dispose();

    [Compose2Fact]
    public async Task Production_uses_no_example_password()
    {
        foreach (var name in new[] { "db_password", "db_migrate_password", "db_root_password", "db_backup_password", "grafana_password", "smtp_password" })
        {
            await File.WriteAllTextAsync(_secrets.File(name), name);
        }

        var services = JsonDocument.Parse(await ConfigureAsync(new() { ["SECRETS"] = Path.GetDirectoryName(_secrets.File("db_password"))! }))
            .RootElement.GetProperty("services");

        var passwords = services.EnumerateObject()
            .Where(service => service.Value.TryGetProperty("environment", out _))
            .SelectMany(service => service.Value.GetProperty("environment").EnumerateObject())
            .Where(setting => setting.Name.Contains("PASSWORD", StringComparison.Ordinal))
            .ToList();
        passwords.Should().HaveCountGreaterThan(3)
            .And.OnlyContain(setting => setting.Name.EndsWith("_FILE", StringComparison.Ordinal) && setting.Value.GetString()!.StartsWith("/run/secrets/"));
        services.ToString().Should().NotContain("only-to-try-it-out");
    }

    [Compose2Fact]
    public async Task Nothing_starts_without_secrets()
    {
        var start = () => ConfigureAsync([]);

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*SECRETS*name the folder*");
    }

    private static Task<string> ConfigureAsync(Dictionary<string, string> environment) => Docker.RunAsync(
        [.. Docker.Compose, "--file", Repository.File("deploy", "docker-compose.yml"), "--file", Repository.File("deploy", "production.yml"), "config", "--format", "json"],
        environment);
}

/// <summary>A test that needs version 2 of Compose.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class Compose2FactAttribute : FactAttribute
{
    public Compose2FactAttribute() =>
        Skip = Docker.WhyMissing ?? (Docker.IsComposeVersion1 ? "This Compose is version 1, which cannot take a setting away from a file before." : null);
}
