using System.Diagnostics;
using System.Net;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Startup;

/// <summary>Graceful shutdown: what the program answers while it drains, and for how long.</summary>
[Trait("Run", "Full")]
public sealed class ShutdownTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task While_it_drains_it_is_not_ready_serves_on_and_closes_every_connection()
    {
        await using var api = await StartAsync(drainSeconds: 4);
        var id = await api.Client.SetupAsync(100, "batched");
        (await api.Client.GetAsync(new Uri("/health/live", UriKind.Relative))).Headers.ConnectionClose.Should().NotBe(true, "nothing is wrong yet");

        var clock = Stopwatch.StartNew();
        api.Process.Terminate();
        Answer ready;
        do
        {
            ready = await api.Client.GetAnswerAsync("/health/ready");
        }
        while (ready.Status == HttpStatusCode.OK && clock.Elapsed < TimeSpan.FromSeconds(3));

        ready = await api.Client.GetAnswerAsync("/health/ready"); // the one before may have been under way when the order came
        ready.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "shutting_down");
        ready.Headers["Connection"].Should().Be("close");
        var booked = await api.Client.BookAsync(id);
        booked.IsBooked.Should().BeTrue("the door is still open");
        booked.Headers["Connection"].Should().Be("close");
        (await api.Client.GetAnswerAsync("/health/live")).Status.Should().Be(HttpStatusCode.OK, "it is alive, and must not be killed for it");

        await api.Process.WaitForExitAsync(TimeSpan.FromSeconds(30));
        clock.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(3.9));
        api.Process.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task On_a_terminal_it_ends_at_once()
    {
        await using var api = await StartAsync(drainSeconds: null);
        var clock = Stopwatch.StartNew();

        api.Process.Terminate(); // and not Ctrl-C, which a test run in the background has been told to ignore
        await api.Process.WaitForExitAsync(TimeSpan.FromSeconds(30));

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(4));
        api.Process.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task In_a_container_it_drains_by_default()
    {
        await using var api = await StartAsync(drainSeconds: null, inContainer: true);

        api.Process.Terminate();
        while (await api.IsReadyAsync())
        {
            await Task.Delay(10);
        }

        (await api.Client.GetAnswerAsync("/health/live")).Status.Should().Be(HttpStatusCode.OK);
        api.Process.HasExited.Should().BeFalse();
        api.Process.Kill(); // the rest of the drain shows nothing more
    }

    [Fact]
    public async Task A_booking_that_is_under_way_at_the_end_is_answered()
    {
        var database = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = database });
        var id = await api.Client.SetupAsync(1, "batched");
        await using var holder = await RowLock.TakeAsync(database, id);

        var order = api.Client.BookAsync(id);
        await Task.Delay(TimeSpan.FromSeconds(1));
        api.Process.Terminate();
        await Task.Delay(TimeSpan.FromSeconds(1));
        order.IsCompleted.Should().BeFalse("its row is held");
        await holder.DisposeAsync();

        (await order).IsBooked.Should().BeTrue();
        await api.Process.WaitForExitAsync(TimeSpan.FromSeconds(30));
        api.Process.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task The_health_option_reports_health_by_its_exit_code()
    {
        await using var api = await StartAsync(drainSeconds: null);

        (await AskAsync(new Uri(api.Address, "/health"))).ExitCode.Should().Be(0);

        var gone = await AskAsync(new Uri($"http://127.0.0.1:{Ports.Free()}/health"));
        gone.ExitCode.Should().Be(1);
        gone.Output.Should().StartWith("Not healthy. http://127.0.0.1:").And.NotContain("   at ");

        var missing = await AskAsync(new Uri(api.Address, "/nothing/here"));
        missing.ExitCode.Should().Be(1);
        missing.Output.Should().Contain("answers 404");

        static async Task<(int ExitCode, string Output)> AskAsync(Uri url)
        {
            await using var probe = ApiProcess.Run(new Dictionary<string, string?>(), "--health", $"--url={url}");
            await probe.WaitForExitAsync(TimeSpan.FromSeconds(30));
            return (probe.ExitCode, probe.Output);
        }
    }

    private Task<ApiProcess> StartAsync(int? drainSeconds, bool inContainer = false) => ApiProcess.StartAsync(new Dictionary<string, string?>
    {
        ["ConnectionStrings__Ticketing"] = $"Data Source={_folder.File("ticketing.db")}",
        ["Shutdown__DrainSeconds"] = drainSeconds?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["DOTNET_RUNNING_IN_CONTAINER"] = inContainer ? "true" : null,
    });
}
