using System.Text.Json;
using Ticketing.RaceLab.Systems;
using Ticketing.TestServers;

namespace Ticketing.RaceLabTests;

/// <summary>The lab as a user starts it: a process, its exit code and its files.</summary>
[Trait("Run", "Full")]
public sealed class LabProcessTests : IDisposable
{
    private const int Success = 0;
    private const int Broken = 1;
    private const int CannotRun = 2;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_run_on_the_embedded_database_shows_that_naive_oversells_and_batched_does_not()
    {
        var (code, output) = await RunAsync("--strategies", "naive,batched", "--tickets", "40", "--buyers", "24", "--duration", "15s");

        code.Should().Be(Success, output);
        using var results = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("results.json")));
        var sales = results.RootElement.GetProperty("sales").EnumerateArray().ToDictionary(sale => sale.GetProperty("name").GetString()!);
        sales["naive"].GetProperty("oversold").GetInt32().Should().BePositive("that is what naive is for");
        var batched = sales["batched"];
        batched.GetProperty("oversold").GetInt32().Should().Be(0);
        batched.GetProperty("tickets_sold").GetInt32().Should().Be(40);
        batched.GetProperty("bookings_per_second").GetDouble().Should().BePositive();
        batched.GetProperty("cpu").GetProperty("generator").GetDouble().Should().BePositive();
        results.RootElement.GetProperty("provenance").GetProperty("command").GetString().Should().Contain("--tickets 40");

        var page = await File.ReadAllTextAsync(_folder.File("report.html"));
        page.Should().Contain("<svg").And.Contain("class=\"oversold area\"");
        page.Should().NotContain("src=").And.NotContain("href=").And.NotContain("url(").And.NotContain("<script", "the report must not ask for anything from elsewhere");
        output.Should().Contain("naive oversold");
    }

    [Fact]
    public async Task A_booking_that_vanishes_makes_the_exit_code_1_and_is_named()
    {
        await using var database = await LabDatabase.StartAsync("sqlite");
        await using var system = await SystemUnderTest.StartAsync(database, new SystemSettings(), redis: null);
        await using (var connection = database.Connect())
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "CREATE TRIGGER loses AFTER INSERT ON bookings WHEN NEW.id IN (8, 28) BEGIN DELETE FROM bookings WHERE id = NEW.id - 1; END";
            await command.ExecuteNonQueryAsync();
        }

        var (code, output) = await RunAsync(
            "--base-url", system.Addresses[0].ToString(), "--staleness", "12s", "--strategies", "atomic_update", "--tickets", "60", "--buyers", "4", "--duration", "10s");

        code.Should().Be(Broken, output);
        output.Should().MatchRegex(@"lost booking: booking \d*7: user \d+ was answered with this booking, which does not exist").And.Contain("stock does not add up");
    }

    [Theory]
    [InlineData("--tickets '0'", "--tickets", "0")]
    [InlineData("--strategies 'nave'", "--strategies", "naive,nave")]
    [InlineData("--duration 'soon'", "--duration", "soon")]
    [InlineData("--base-url 'localhost:8000'", "--base-url", "localhost:8000")]
    [InlineData("--connections needs --rate", "--connections", "5")]
    [InlineData("--replicas applies only to a system that the lab starts", "--base-url", "http://127.0.0.1:1", "--replicas", "2")]
    [InlineData("No answer from http://127.0.0.1:1", "--base-url", "http://127.0.0.1:1")]
    public async Task A_wrong_option_gives_one_clear_line_and_exit_code_2(string line, params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments);
        code.Should().Be(CannotRun, output);
        output.Should().Contain(line).And.NotContain("   at ");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(int Code, string Output)> RunAsync(params IEnumerable<string> arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Ticketing.RaceLab.dll");
        await using var lab = ManagedProcess.Start("dotnet", [program, .. arguments, "--out", _folder.Path]);
        await lab.WaitForExitAsync(TimeSpan.FromMinutes(2));
        return (lab.ExitCode, lab.Output);
    }
}
