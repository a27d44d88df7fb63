using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.LoadTests;

/// <summary>The k6 scripts without k6: their types, against k6's own, what decides whether a run has passed, and a walk through each on a real API.</summary>
[Trait("Run", "Full")]
public sealed class K6ScriptsTests
{
    private readonly NodeProject _scripts = new("loadtests", "k6");

    private static IEnumerable<string> Scripts => Directory.EnumerateFiles(Repository.File("loadtests", "k6"), "*.js").Select(path => Path.GetFileName(path)!);

    [Fact]
    public Task The_scripts_pass_the_type_check() => _scripts.RunAsync("npm", "run", "check");

    [Fact]
    public async Task Their_logic_passes_its_own_tests() =>
        (await _scripts.RunAsync("npm", "test")).Should().Contain("# fail 0").And.NotContain("# pass 0");

    [Fact]
    public async Task Every_scenario_runs_against_the_API_and_wrong_bookings_are_reported()
    {
        using var folder = new TemporaryFolder();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"Data Source={folder.File("k6.db")}" });
        var environment = new Dictionary<string, string?> { ["BASE_URL"] = api.Address.ToString().TrimEnd('/'), ["TICKETS"] = "7", ["HOLD_SECONDS"] = "1", ["THINK_SECONDS"] = "0" };

        var asking = new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"Data Source={folder.File("keys.db")}", ["Security__Mode"] = "Keys" };
        await using var locked = await ApiProcess.StartAsync(asking);

        // Each waits for what is cached to expire, so all of them at once.
        var withKey = WalkAsync("holds.js", new(environment)
        {
            ["BASE_URL"] = locked.Address.ToString().TrimEnd('/'),
            ["API_KEY"] = await ApiProcess.CreateKeyAsync(asking, "admin"),
        });
        var wrong = WalkAsync("test/wrong-books.js", environment);
        var walks = await Task.WhenAll(Scripts.Select(script => WalkAsync(script, environment)));

        walks.Should().HaveCount(8);
        foreach (var (script, walk) in walks)
        {
            var metrics = walk.GetProperty("recorded");
            Value(metrics, "sales_verified").Should().Be(1, script);
            Value(metrics, "violations").Should().Be(0, script);
            Value(metrics, "failures").Should().Be(0, script);
            Value(metrics, "orders{outcome:booked}").Should().BeGreaterThan(0, script);
            Value(metrics, script == "holds.js" ? "holds{end:confirmed}" : "orders{outcome:booked}").Should().BeGreaterThan(0, script).And.Be(Value(metrics, "bookings_at_end"), script);
            walk.GetProperty("thresholds").EnumerateArray().Select(name => name.GetString()).Should().Contain("violations").And.Contain("sales_verified");
        }

        var race = walks.Single(walk => walk.Script == "sold-out-race.js").Walk.GetProperty("recorded");
        Value(race, "orders{outcome:booked}").Should().Be(7);
        Value(race, "orders{outcome:sold_out}").Should().Be(13, "twenty came for seven tickets");
        Value((await withKey).Walk.GetProperty("recorded"), "holds{end:confirmed}").Should().BeGreaterThan(0, "an admin's key opens everything");
        Value((await wrong).Walk.GetProperty("recorded"), "violations").Should().BeGreaterThan(0);
    }

    private static async Task<(string Script, JsonElement Walk)> WalkAsync(string script, Dictionary<string, string?> environment)
    {
        await using var node = ManagedProcess.Start("node", ["test/run.js", script], environment, Repository.File("loadtests", "k6"));
        await node.WaitForExitAsync(TimeSpan.FromMinutes(2));
        node.ExitCode.Should().Be(0, $"{script} says:{Environment.NewLine}{node.Output}");
        return (script, JsonDocument.Parse(node.Output.Split(Environment.NewLine).Last(line => line.StartsWith('{'))).RootElement);
    }

    private static double Value(JsonElement metrics, string name) =>
        metrics.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
}
