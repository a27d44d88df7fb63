using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.ContainerTests;

/// <summary>The shipped images and Compose file, running.</summary>
[Trait("Run", "Alone")]
[Collection(StackTestGroup.Name)]
public sealed partial class StackTests(Deployment stack, ITestOutputHelper output)
{
    private const string BackendUser = "1654";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [EngineFact]
    public async Task Every_service_runs_and_passes_its_health_check()
    {
        var containers = await Deployment.ContainersAsync();

        containers.Select(container => container.Service).Should().Contain(["mariadb", "redis", "backend", "edge", "frontend", "prometheus", "alertmanager"]);
        containers.Where(container => container.Service != "migrate").Should().OnlyContain(container => container.IsHealthy);
        containers.Count(container => container.Service == "backend").Should().Be(Deployment.Replicas);
    }

    [EngineFact]
    public async Task Tables_are_made_by_one_container_that_ends_with_0_and_does_not_run_again()
    {
        var migrate = (await Deployment.ContainersAsync("migrate")).Should().ContainSingle().Subject;
        migrate.State.Running.Should().BeFalse();
        migrate.State.ExitCode.Should().Be(0);

        await stack.UpAsync(Deployment.Replicas);

        (await Deployment.ContainersAsync("migrate")).Should().ContainSingle().Which.State.FinishedAt.Should().Be(migrate.State.FinishedAt);
    }

    [EngineTheory]
    [InlineData("backend")]
    [InlineData("edge")]
    [InlineData("frontend")]
    public async Task An_image_has_a_user_without_rights_and_a_health_check(string name)
    {
        // Podman describes an image without its health check, but a container with it.
        var id = (await Docker.RunAsync("create", $"localhost/ticketing/{name}:test")).Trim();
        var image = (await Docker.InspectAsync<Container>(id)).Config;
        await Docker.RunAsync("rm", id);

        image.User.Should().MatchRegex("^[1-9][0-9]*:[1-9][0-9]*$");
        image.Version.Should().Be("test");
        image.Healthcheck.Should().NotBeNull("the OCI format drops HEALTHCHECK");
        image.Healthcheck!.Test.Should().HaveCountGreaterThan(1);
    }

    [EngineFact]
    public async Task The_backend_runs_unprivileged()
    {
        foreach (var backend in await Deployment.ContainersAsync("backend"))
        {
            backend.Config.User.Should().StartWith(BackendUser);
            backend.HostConfig.ReadonlyRootfs.Should().BeTrue();
            backend.HostConfig.Memory.Should().Be(512L << 20);
            backend.HostConfig.Cpus.Should().Be(1);

            // What the kernel says, where the engine's processes are this machine's.
            if (File.Exists($"/proc/{backend.State.Pid}/status"))
            {
                var status = await File.ReadAllTextAsync($"/proc/{backend.State.Pid}/status");
                Field(status, "Uid").Should().Be($"{BackendUser} {BackendUser} {BackendUser} {BackendUser}");
                foreach (var set in new[] { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" })
                {
                    Field(status, set).Should().Be("0000000000000000", set);
                }

                Field(status, "NoNewPrivs").Should().Be("1");
                var root = (await File.ReadAllLinesAsync($"/proc/{backend.State.Pid}/mountinfo")).Select(line => line.Split(' ')).Last(mount => mount[4] == "/");
                root[5].Split(',').Should().Contain("ro", "the root file system is read-only");
            }
        }

        static string Field(string status, string name) =>
            string.Join(' ', status.Split('\n').Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))
                .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Skip(1));
    }

    [EngineFact]
    public async Task A_visitor_gets_the_page_a_booking_and_the_status_at_port_8080()
    {
        (await stack.FrontDoor.GetStringAsync("/")).Should().Contain("<title>").And.Contain("bootstrap");
        (await stack.FrontDoor.GetAsync("/lib/bootstrap/bootstrap.min.css")).StatusCode.Should().Be(HttpStatusCode.OK);

        var eventId = await SetupAsync(5);
        var booking = await stack.FrontDoor.PostAsJsonAsync("/api/book", new { user_id = 7, event_id = eventId, quantity = 2 });
        booking.StatusCode.Should().Be(HttpStatusCode.OK, await booking.Content.ReadAsStringAsync());

        var status = await StatusAsync(eventId);
        status.GetProperty("tickets_sold").GetInt32().Should().Be(2);
        status.GetProperty("available_tickets").GetInt32().Should().Be(3);
    }

    [EngineFact]
    public async Task The_API_answers_at_port_8000_with_its_documentation_and_metrics()
    {
        foreach (var path in new[] { "/health", "/docs", "/openapi.json", "/metrics" })
        {
            (await stack.Api.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.OK, path);
        }
    }

    [EngineFact]
    public async Task Prometheus_scrapes_every_replica_and_has_loaded_every_rule()
    {
        var targets = await Eventually.GetAsync(
            async () => (await AskPrometheusAsync("/api/v1/targets?state=active")).GetProperty("activeTargets").EnumerateArray()
                .Select(target => (Job: target.GetProperty("labels").GetProperty("job").GetString()!, Health: target.GetProperty("health").GetString()!))
                .ToList(),
            found => found.Count(target => target is { Job: "ticketing", Health: "up" }) == Deployment.Replicas && found.TrueForAll(target => target.Health == "up"),
            _patience,
            found => string.Join(", ", found));
        output.WriteLine(string.Join(", ", targets));
        targets.Select(target => target.Job).Distinct().Should().BeEquivalentTo(ScrapeJobs());

        var rules = (await AskPrometheusAsync("/api/v1/rules")).GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray()).ToList();
        rules.Should().HaveCount(RulesInFiles()).And.OnlyContain(rule => rule.GetProperty("health").GetString() != "err");
    }

    [EngineFact]
    public async Task Alertmanager_has_what_Prometheus_tells_it() => await Eventually.GetAsync(
        () => stack.Alertmanager.GetStringAsync("/api/v2/alerts"), alerts => alerts.Contains("\"alertname\":\"Heartbeat\"", StringComparison.Ordinal), _patience, alerts => alerts);

    [EngineFact]
    public async Task The_front_door_stays_available_while_scaling_down_and_up()
    {
        await stack.UpAsync(1);
        (await Deployment.WaitUntilHealthyAsync()).Count(container => container.Service == "backend").Should().Be(1);
        (await StatusAsync(await SetupAsync(1))).GetProperty("available_tickets").GetInt32().Should().Be(1);

        await stack.UpAsync(Deployment.Replicas);
        (await Deployment.WaitUntilHealthyAsync()).Count(container => container.Service == "backend").Should().Be(Deployment.Replicas);
        await EveryReplicaIsAskedAsync();
    }

    [EngineFact]
    public async Task A_new_image_replaces_the_replicas_under_load_without_losing_a_request()
    {
        var before = await Deployment.ContainersAsync("backend");
        var eventId = await SetupAsync(1_000_000);
        await stack.BuildAsync("next");

        var load = await Load.DuringAsync(stack.FrontDoor, eventId, buyers: 20, () => stack.ScriptAsync("replace-backends.sh"));

        output.WriteLine(load.ToString());
        var after = await Deployment.ContainersAsync("backend");
        after.Should().HaveCount(Deployment.Replicas).And.OnlyContain(replica => replica.IsHealthy && replica.Config.Version == "next");
        after.Select(replica => replica.Id).Should().NotIntersectWith(before.Select(replica => replica.Id));
        load.Lost.Should().BeEmpty();
        load.BookingIds.Should().OnlyHaveUniqueItems();
        load.BookingIds.Count.Should().BeGreaterThan(500, "there was a load");
        var sold = await Eventually.GetAsync(
            async () => (await StatusAsync(eventId)).GetProperty("tickets_sold").GetInt32(), sold => sold >= load.BookingIds.Count, TimeSpan.FromSeconds(10)); // cached for seconds
        sold.Should().Be(load.BookingIds.Count, "every booking that was confirmed is there, and no other");

        foreach (var replica in after)
        {
            replica.State.OOMKilled.Should().BeFalse();
            var used = await MemoryUsedAsync(replica);
            output.WriteLine($"{replica.Name}: {used / (1 << 20)} MiB of {replica.HostConfig.Memory >> 20}");
            used.Should().BeLessThan(replica.HostConfig.Memory * 8 / 10);
        }
    }

    [EngineFact]
    public async Task Every_service_ends_with_0_when_it_is_stopped()
    {
        await stack.ComposeAsync("stop");

        var containers = await Deployment.ContainersAsync();
        containers.Should().OnlyContain(container => !container.State.Running && container.State.ExitCode == 0);

        await stack.UpAsync(Deployment.Replicas);
        await Deployment.WaitUntilHealthyAsync();
    }

    private static HashSet<string> ScrapeJobs() =>
        [.. Job().Matches(File.ReadAllText(Repository.File("deploy", "prometheus", "prometheus.yml"))).Select(match => match.Groups[1].Value)];

    private static int RulesInFiles() =>
        Directory.EnumerateFiles(Repository.File("deploy", "prometheus", "rules"), "*.yml").Sum(file => Rule().Count(File.ReadAllText(file)));

    private static async Task<double> MemoryUsedAsync(Container container)
    {
        var used = JsonDocument.Parse(await Docker.RunAsync("stats", "--no-stream", "--format", "{{json .}}", container.Id)).RootElement
            .GetProperty("MemUsage").GetString()!.Split('/')[0].Trim();
        var match = Size().Match(used);
        var unit = match.Groups[2].Value switch { "B" => 1, "KiB" => 1 << 10, "MiB" => 1 << 20, "GiB" => 1 << 30, var other => throw new FormatException(other) };
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * unit;
    }

    private async Task<int> SetupAsync(int tickets)
    {
        var answer = await stack.FrontDoor.PostAsJsonAsync("/api/setup", new { total_tickets = tickets });
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("event_id").GetInt32();
    }

    private Task<JsonElement> StatusAsync(int eventId) => stack.FrontDoor.GetFromJsonAsync<JsonElement>($"/api/status?event_id={eventId}");

    private async Task<JsonElement> AskPrometheusAsync(string path) => (await stack.Prometheus.GetFromJsonAsync<JsonElement>(path)).GetProperty("data");

    /// <summary>Every replica has answered somebody other than Prometheus and the health checks, which are not counted.</summary>
    private async Task EveryReplicaIsAskedAsync() => await Eventually.HoldsAsync(
        async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => stack.FrontDoor.GetAsync("/api/events")));
            var result = (await AskPrometheusAsync("/api/v1/query?query=" + Uri.EscapeDataString("""sum by (instance) (http_requests_total{handler="/events"}) > 0 and on (instance) up == 1""")))
                .GetProperty("result");
            return result.GetArrayLength() == Deployment.Replicas;
        },
        _patience);

    [GeneratedRegex(@"^\s*- job_name: (\S+)", RegexOptions.Multiline)]
    private static partial Regex Job();

    [GeneratedRegex(@"^\s*(- )?(alert|record): ", RegexOptions.Multiline)]
    private static partial Regex Rule();

    [GeneratedRegex(@"^([\d.]+)(\w+)$")]
    private static partial Regex Size();
}
