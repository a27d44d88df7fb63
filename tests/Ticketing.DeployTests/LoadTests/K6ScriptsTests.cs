namespace Ticketing.DeployTests.LoadTests;

/// <summary>The k6 scripts without k6: their types, against k6's own, and what decides whether a run has passed.</summary>
public sealed class K6ScriptsTests
{
    private readonly NodeProject _scripts = new("loadtests", "k6");

    [Fact]
    public Task They_use_k6_as_it_is_typed() => _scripts.RunAsync("npm", "run", "check");

    [Fact]
    public async Task Their_logic_passes_its_own_tests() =>
        (await _scripts.RunAsync("npm", "test")).Should().Contain("# fail 0").And.NotContain("# pass 0");
}
