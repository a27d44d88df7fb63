using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.ContainerTests;

/// <summary>The files of production, as Compose itself puts them together.</summary>
[Trait("Run", "Full")]
public sealed class ProductionTests : IDisposable
{
    private readonly TemporaryFolder _secrets = new();

    public void Dispose() => _secrets.Dispose();

    [Compose2Theory]
    [InlineData("production.yml")]
    [InlineData("production.yml", "galera.yml")]
    public async Task Production_uses_no_example_password(params string[] overlays)
    {
        foreach (var name in new[] { "db_password", "db_migrate_password", "db_root_password", "db_backup_password", "grafana_password", "smtp_password" })
        {
            await File.WriteAllTextAsync(_secrets.File(name), name);
        }

        var services = JsonDocument.Parse(await ConfigureAsync(new() { ["SECRETS"] = Path.GetDirectoryName(_secrets.File("db_password"))! }, overlays))
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
        var start = () => ConfigureAsync([], "production.yml");

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*SECRETS*name the folder*");
    }

    private static Task<string> ConfigureAsync(Dictionary<string, string> environment, params string[] overlays) => Docker.RunAsync(
        [.. Docker.Compose, .. overlays.Prepend("docker-compose.yml").SelectMany(file => new[] { "--file", Repository.File("deploy", file) }), "config", "--format", "json"],
        environment);
}

/// <summary>A test that needs version 2 of Compose.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class Compose2FactAttribute : FactAttribute
{
    public Compose2FactAttribute() => Skip = WhyMissing;

    public static string? WhyMissing =>
        Docker.WhyMissing ?? (Docker.IsComposeVersion1 ? "This Compose is version 1, which cannot take a setting away from a file before." : null);
}

/// <inheritdoc cref="Compose2FactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class Compose2TheoryAttribute : TheoryAttribute
{
    public Compose2TheoryAttribute() => Skip = Compose2FactAttribute.WhyMissing;
}
