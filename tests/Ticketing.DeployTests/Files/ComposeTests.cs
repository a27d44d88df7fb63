using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>The Compose file, against the schema of its specification, the contract, and the files that it names.</summary>
[Trait("Run", "Full")]
public sealed partial class ComposeTests : IAsyncLifetime
{
    private static readonly NodeProject _schema = new("tests", "Ticketing.DeployTests", "Files", "compose-schema");

    private JsonElement _file;

    private JsonElement Services => _file.GetProperty("services");

    /// <summary>Fails where the file does not follow the schema.</summary>
    public async Task InitializeAsync()
    {
        var output = await _schema.RunAsync("node", "check.js", Repository.File("deploy", "docker-compose.yml"));
        _file = JsonDocument.Parse(output.Split(Environment.NewLine).Single(line => line.StartsWith('{'))).RootElement;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("mariadb", null)]
    [InlineData("redis", null)]
    [InlineData("backend", null)]
    [InlineData("edge", "8000")]
    [InlineData("frontend", "8080")]
    [InlineData("prometheus", "9090")]
    [InlineData("alertmanager", "9093")]
    [InlineData("grafana", "3000")]
    [InlineData("jaeger", "16686")]
    public void Every_service_is_there_with_its_port_its_health_check_and_the_network(string name, string? port)
    {
        var service = Services.GetProperty(name);

        service.GetProperty("healthcheck").GetProperty("interval").GetString().Should().Be("10s");
        service.GetProperty("networks")[0].GetString().Should().Be("ticket-network");
        if (port is not null)
        {
            var mapping = PortMapping().Match(service.GetProperty("ports")[0].GetString()!);
            mapping.Groups["host"].Value.Should().StartWith(port);
            mapping.Groups["container"].Value.Should().Be(port);
        }
    }

    [Fact]
    public void The_backend_can_be_scaled_and_is_limited_as_the_contract_says()
    {
        var backend = Services.GetProperty("backend");

        backend.TryGetProperty("container_name", out _).Should().BeFalse("a name can be given only once");
        backend.TryGetProperty("ports", out _).Should().BeFalse("a port can be published only once");
        var resources = backend.GetProperty("deploy").GetProperty("resources");
        resources.GetProperty("limits").ToString().Should().Be("""{"cpus":"1","memory":"512M"}""");
        resources.GetProperty("reservations").ToString().Should().Be("""{"cpus":"0.5","memory":"256M"}""");
    }

    [Fact]
    public void The_backend_starts_after_what_it_needs()
    {
        var conditions = Services.GetProperty("backend").GetProperty("depends_on").EnumerateObject()
            .ToDictionary(dependency => dependency.Name, dependency => dependency.Value.GetProperty("condition").GetString());

        conditions.Should().Equal(new Dictionary<string, string?> { ["mariadb"] = "service_healthy", ["redis"] = "service_healthy" });
    }

    [Fact]
    public void Tables_are_made_by_a_service_that_up_does_not_run_again()
    {
        var migrate = Services.GetProperty("migrate");

        migrate.GetProperty("command")[0].GetString().Should().Be("--migrate");
        migrate.GetProperty("restart").GetString().Should().Be("no");
        migrate.GetProperty("profiles")[0].GetString().Should().Be("migrate", "up starts every service without a profile, each time");
        Production().Should().Contain("Database__MigrateOnStart: \"false\"");
    }

    [Fact]
    public void Only_the_stack_to_try_out_is_open_to_everybody()
    {
        Services.GetProperty("backend").GetProperty("environment").GetProperty("Security__Mode").GetString().Should().Be("Open");
        Production().Should().Contain("Security__Mode: Keys");
    }

    [Fact]
    public void Backups_run_when_they_are_asked_for_with_the_shipped_scripts_and_keep_nothing_beside_the_database()
    {
        foreach (var (name, script, user) in new[] { ("binlog", "ship-binlog.sh", "backup"), ("backup", "backup.sh", "backup"), ("restore", "restore.sh", "root") })
        {
            var service = Services.GetProperty(name);
            var settings = service.GetProperty("environment");
            service.GetProperty("profiles")[0].GetString().Should().Be("backup", name);
            service.GetProperty("user").GetString().Should().Be("mysql", name);
            service.GetProperty("entrypoint").EnumerateArray()
                .Concat(service.TryGetProperty("command", out var command) ? command.EnumerateArray() : [])
                .Select(word => word.GetString()).Should().Equal("bash", $"/scripts/{script}");
            File.Exists(Repository.File("deploy", "backup", script)).Should().BeTrue();
            settings.GetProperty("DB_USER").GetString().Should().Be(user);
            settings.GetProperty("DB_NAME").GetString().Should().Be(Services.GetProperty("mariadb").GetProperty("environment").GetProperty("MARIADB_DATABASE").GetString());
            service.GetProperty("volumes").EnumerateArray().Select(mount => mount.GetString()).Should()
                .Contain($"ticket-backup:{settings.GetProperty("BACKUP_DIR").GetString()}").And.NotContain(mount => mount!.StartsWith("ticket-db", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_server_writes_the_binlog_that_a_restore_needs_and_creates_the_account_that_copies_it()
    {
        var server = Services.GetProperty("mariadb");

        server.GetProperty("command").EnumerateArray().Select(option => option.GetString()).Should()
            .Contain(["--log-bin=binlog", "--binlog-format=ROW", "--sync-binlog=1"]);
        server.GetProperty("volumes").EnumerateArray().Select(mount => mount.GetString()).Should()
            .Contain("./backup/create-account.sh:/docker-entrypoint-initdb.d/create-account.sh:ro");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Repository.File("deploy", "backup", "create-account.sh")).Should()
                .HaveFlag(UnixFileMode.OtherExecute, "the image would read a script that cannot be executed into its own shell");
        }
    }

    [Theory]
    [InlineData("mariadb")]
    [InlineData("redis")]
    [InlineData("binlog")]
    [InlineData("edge")]
    [InlineData("frontend")]
    [InlineData("prometheus")]
    [InlineData("alertmanager")]
    [InlineData("grafana")]
    [InlineData("jaeger")]
    [InlineData("k6")]
    public void A_container_has_the_name_that_the_commands_of_the_source_system_use(string service) =>
        Services.GetProperty(service).GetProperty("container_name").GetString().Should().Be($"ticket-{service}");

    [Fact]
    public void The_database_and_its_user_have_the_names_of_the_source_system()
    {
        var server = Services.GetProperty("mariadb").GetProperty("environment");
        var client = Services.GetProperty("backend").GetProperty("environment");

        foreach (var (setting, variable, value) in new[] { ("MARIADB_DATABASE", "DB_NAME", "ticket_booking"), ("MARIADB_USER", "DB_USER", "ticket_user") })
        {
            server.GetProperty(setting).GetString().Should().Be(value);
            client.GetProperty(variable).GetString().Should().Be(value);
        }
    }

    [Fact]
    public void Only_this_machine_reaches_the_stack_to_try_out()
    {
        var ports = Services.EnumerateObject()
            .SelectMany(service => service.Value.TryGetProperty("ports", out var list) ? list.EnumerateArray().Select(port => port.GetString()!) : [])
            .ToList();

        ports.Should().HaveCountGreaterThan(3).And.OnlyContain(port => port.StartsWith("${BIND_ADDRESS:-127.0.0.1}:", StringComparison.Ordinal));
        File.ReadAllText(Repository.File("compose.yaml")).Should().Contain("  - deploy/docker-compose.yml");
    }

    [Fact]
    public void Production_takes_every_password_as_a_secret_without_a_default()
    {
        var passwords = Services.EnumerateObject()
            .Where(service => service.Value.TryGetProperty("environment", out _))
            .SelectMany(service => service.Value.GetProperty("environment").EnumerateObject().Select(setting => (Service: service.Name, Setting: setting.Name)))
            .Where(pair => pair.Setting.EndsWith("PASSWORD", StringComparison.Ordinal))
            .ToList();
        var production = Production();

        passwords.Should().HaveCountGreaterThan(4);
        foreach (var (service, setting) in passwords)
        {
            production.Should().Contain($"{setting}: !reset null", $"{service} has a default for it");
            production.Should().MatchRegex($"{setting}__?FILE: /run/secrets/", "the password is a secret");
        }

        var files = production[production.IndexOf("\nsecrets:", StringComparison.Ordinal)..];
        Regex.Count(files, @"file: \$\{SECRETS:\?").Should().Be(6, "there is no default for where the secrets are");
    }

    [Fact]
    public void In_production_the_backend_serves_with_an_account_that_can_change_no_table()
    {
        var services = ProductionServices(Repository.File("deploy", "production.yml"));

        services["backend"].Should().Contain("DB_USER: ticket_serve").And.Contain("DB_PASSWORD_FILE: /run/secrets/db_password\n");
        services["migrate"].Should().NotContain("DB_USER", "it is the user that the image gives all rights").And.Contain("DB_PASSWORD_FILE: /run/secrets/db_migrate_password\n");
        services["mariadb"].Should().Contain("MARIADB_PASSWORD_FILE: /run/secrets/db_migrate_password\n").And.Contain("SERVING_USER: ticket_serve\n")
            .And.Contain("SERVING_PASSWORD_FILE: /run/secrets/db_password\n").And.Contain("\"./mariadb/accounts.sh:/docker-entrypoint-initdb.d/accounts.sh:ro\"");
        File.Exists(Repository.File("deploy", "mariadb", "accounts.sh")).Should().BeTrue();

        // What stands below each service; the file has tags that only Compose knows.
        static Dictionary<string, string> ProductionServices(string file) => Regex.Matches(File.ReadAllText(file), @"^  (\w+):\n((?:    .*\n|\n)+)", RegexOptions.Multiline)
            .Where(match => match.Groups[2].Value.Contains("environment:", StringComparison.Ordinal)).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
    }

    [Fact]
    public void Every_service_has_time_to_end() =>
        Services.EnumerateObject().Where(service => !service.Value.TryGetProperty("stop_grace_period", out _)).Select(service => service.Name)
            .Should().BeEmpty("an engine kills what has no time");

    [Fact]
    public void Traces_are_collected_on_demand_and_Grafana_shows_them()
    {
        var jaeger = Services.GetProperty("jaeger");
        var source = File.ReadAllText(Repository.File("deploy", "grafana", "provisioning", "datasources", "jaeger.yml"));

        jaeger.GetProperty("profiles")[0].GetString().Should().Be("tracing", "up starts every service without a profile");
        Services.GetProperty("backend").GetProperty("environment").GetProperty("OTEL_EXPORTER_OTLP_ENDPOINT").GetString()
            .Should().Be("${OTEL_EXPORTER_OTLP_ENDPOINT:-}", "without it, no traces are collected");
        source.Should().Contain("type: jaeger\n").And.Contain("url: http://jaeger:16686\n");
    }

    [Fact]
    public void Redis_evicts_cached_answers_only() =>
        Services.GetProperty("redis").GetProperty("command").EnumerateArray().Select(word => word.GetString()).Should().ContainInOrder("--maxmemory-policy", "volatile-lru");

    [Fact]
    public void No_tmpfs_names_an_owner() =>
        Services.EnumerateObject()
            .SelectMany(service => service.Value.TryGetProperty("tmpfs", out var list) ? list.EnumerateArray().Select(mount => mount.GetString()) : [])
            .Should().HaveCountGreaterThan(2).And.OnlyContain(mount => mount == "/tmp", "podman does not know the options uid and gid");

    [Fact]
    public void The_backend_has_time_to_drain()
    {
        var grace = Services.GetProperty("backend").GetProperty("stop_grace_period").GetString()!;

        int.Parse(grace.TrimEnd('s'), CultureInfo.InvariantCulture).Should().BeGreaterThan(5 + 30, "Shutdown:DrainSeconds and Shutdown:TimeoutSeconds");
    }

    [Fact]
    public void Every_foreign_image_is_pinned_and_MariaDB_is_one_that_the_driver_knows()
    {
        var images = Services.EnumerateObject().Select(service => service.Value.GetProperty("image").GetString()!).ToList();

        images.Where(image => !ContainerImage.IsOurs(image)).ToList().ForEach(ContainerImage.ShouldBePinned);
        images.Where(ContainerImage.IsOurs).Should().HaveCount(4)
            .And.OnlyContain(image => image.StartsWith("localhost/", StringComparison.Ordinal), "else an image that was not built is looked for on Docker Hub, where its name is free");
        images.Where(image => image.StartsWith("mariadb:", StringComparison.Ordinal)).Distinct()
            .Should().ContainSingle("the client that dumps and restores is the server's").Which.Should().StartWith("mariadb:11.4.");
    }

    [Fact]
    public void Every_service_of_ours_has_a_read_only_file_system_and_no_rights()
    {
        foreach (var name in new[] { "backend", "migrate", "edge", "frontend", "redis", "prometheus", "alertmanager", "grafana", "jaeger", "k6", "binlog", "backup", "restore" })
        {
            var service = Services.GetProperty(name);
            service.GetProperty("read_only").GetBoolean().Should().BeTrue(name);
            service.GetProperty("cap_drop")[0].GetString().Should().Be("ALL", name);
        }
    }

    [Fact]
    public void Everything_that_is_mounted_is_there()
    {
        var volumes = _file.GetProperty("volumes").EnumerateObject().Select(volume => volume.Name).ToHashSet();
        var mounts = Services.EnumerateObject()
            .SelectMany(service => service.Value.TryGetProperty("volumes", out var list) ? list.EnumerateArray() : [])
            .Select(mount => mount.GetString()!.Split(':')[0])
            .ToList();

        mounts.Should().Contain("ticket-db").And.HaveCountGreaterThan(5);
        foreach (var mount in mounts)
        {
            var there = mount.StartsWith('.') ? Path.Exists(Repository.File("deploy", mount)) : volumes.Contains(mount);
            there.Should().BeTrue($"{mount} is mounted");
        }
    }

    [Fact]
    public void Every_variable_stands_in_the_example_with_its_default()
    {
        var used = Variable().Matches(File.ReadAllText(Repository.File("deploy", "docker-compose.yml")) + Production())
            .Where(match => match.Groups["name"].Value != "SECRETS") // a folder, which has no default
            .Select(match => (Name: match.Groups["name"].Value, Default: match.Groups["default"]))
            .DistinctBy(variable => variable.Name) // production publishes another port
            .ToList();
        var given = File.ReadAllLines(Repository.File("deploy", ".env.example"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);

        given.Keys.Should().BeEquivalentTo(used.Select(variable => variable.Name));
        foreach (var (name, value) in used.Where(variable => variable.Default.Success))
        {
            given[name].Should().Be(value.Value, $"whoever copies the example gets {name} from it");
        }
    }

    [Fact]
    public async Task The_program_knows_every_setting_that_it_is_given() =>
        await Settings.ShouldBeKnownAsync(Services.GetProperty("backend").GetProperty("environment").EnumerateObject()
            .ToDictionary(setting => setting.Name, setting => (string?)Variable().Replace(setting.Value.GetString()!, "${default}")));

    [Fact]
    public void Every_service_calls_the_next_at_the_port_on_which_it_listens()
    {
        var dockerfile = File.ReadAllText(Repository.File("deploy", "Dockerfile"));
        var upstream = File.ReadAllText(Repository.File("deploy", "nginx", "templates", "upstream.conf.template"));
        var edge = File.ReadAllText(Repository.File("deploy", "edge", "haproxy.cfg"));

        dockerfile.Should().Contain("ASPNETCORE_HTTP_PORTS=8000").And.Contain("EXPOSE 8000").And.Contain("BACKEND_HOST=backend").And.Contain("EDGE_HOST=edge ");
        upstream.Should().Contain("${EDGE_HOST}:8001 ");
        Services.GetProperty("backend").GetProperty("environment").GetProperty("Metrics__Port").GetString().Should().Be("9464");
        File.ReadAllText(Repository.File("deploy", "prometheus", "prometheus.yml")).Should().Contain("names: [backend]\n        type: A\n        port: 9464\n");
        edge.Should().Contain("bind :8000").And.Contain("bind :8001 ").And.Contain("${BACKEND_HOST}:8000").And.Contain("bind :8404");
        File.ReadAllText(Repository.File("deploy", "nginx", "site.conf")).Should().Contain("listen 8080;");
        Services.GetProperty("k6").GetProperty("environment").GetProperty("BASE_URL").GetString().Should().Be("http://frontend:8080/api");
    }

    [Fact]
    public void Each_timeout_is_longer_than_the_one_behind_it()
    {
        var edge = File.ReadAllText(Repository.File("deploy", "edge", "haproxy.cfg"));
        var upstream = File.ReadAllText(Repository.File("deploy", "nginx", "templates", "upstream.conf.template"));
        var proxy = File.ReadAllText(Repository.File("deploy", "nginx", "includes", "proxy.conf"));
        var grace = Services.GetProperty("edge").GetProperty("stop_grace_period").GetString()!;

        Seconds(proxy, "proxy_read_timeout ").Should().BeGreaterThan(4 * Seconds(edge, "timeout server "), "the edge answers after four attempts");
        Seconds(edge, "timeout http-keep-alive ").Should().BeGreaterThan(Seconds(upstream, "keepalive_timeout "), "Nginx closes idle connections");
        Seconds(edge, "hard-stop-after ").Should().BeGreaterThan(Seconds(edge, "timeout server "), "what is under way ends in good order");
        Seconds(grace, "").Should().BeGreaterThan(Seconds(edge, "hard-stop-after "));
        Services.GetProperty("edge").GetProperty("stop_signal").GetString().Should().Be("SIGUSR1", "SIGTERM cuts off what is under way");

        static int Seconds(string text, string setting) => int.Parse(Regex.Match(text, $@"{setting}(\d+)s").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static string Production() => File.ReadAllText(Repository.File("deploy", "production.yml"));

    [GeneratedRegex(@"^\$\{BIND_ADDRESS:-127\.0\.0\.1\}:(\$\{\w+:-)?(?<host>[\d-]+)\}?:(?<container>\d+)$")]
    private static partial Regex PortMapping();

    [GeneratedRegex(@"\$\{(?<name>\w+)(:-(?<default>[^}]*))?\}?")]
    private static partial Regex Variable();
}
