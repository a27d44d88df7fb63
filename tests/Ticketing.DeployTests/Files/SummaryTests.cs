using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>How <c>test.sh</c> counts: its last line and its exit code decide whether a change lands.</summary>
[Trait("Run", "Full")]
public sealed class SummaryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Passed_tests_of_several_runs_are_added_up()
    {
        await WriteAsync("a", "Passed", "Passed");
        await WriteAsync("b", "Passed");

        (await SummarizeAsync("a", "b")).Should().Be((0, "3 passed, 0 failed"));
    }

    [Fact]
    public async Task A_skipped_test_is_neither_passed_nor_failed()
    {
        await WriteAsync("a", "Passed", "NotExecuted", "NotExecuted");

        (await SummarizeAsync("a")).Should().Be((0, "1 passed, 0 failed, 2 skipped"));
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Timeout")]
    [InlineData("Aborted")]
    public async Task Every_other_outcome_is_a_failure(string outcome)
    {
        await WriteAsync("a", "Passed", outcome, "NotExecuted");

        (await SummarizeAsync("a")).Should().Be((1, "1 passed, 1 failed, 1 skipped"));
    }

    [Fact]
    public async Task A_run_that_broke_without_a_failed_test_is_one_failure()
    {
        await WriteAsync("a", "Passed");
        await WriteAsync("b", "Passed", "Failed");
        foreach (var run in (string[])["a", "b", "crashed-at-once"])
        {
            await File.WriteAllTextAsync(_folder.File($"{run}.broken"), "1");
        }

        (await SummarizeAsync("a", "b", "crashed-at-once")).Should().Be((1, "2 passed, 3 failed"));
    }

    [Fact]
    public async Task A_run_without_passed_tests_fails()
    {
        await WriteAsync("a", "NotExecuted");

        (await SummarizeAsync("a")).Should().Be((1, "0 passed, 0 failed, 1 skipped"));
        (await SummarizeAsync()).Should().Be((1, "0 passed, 0 failed"));
    }

    /// <summary>As dotnet test writes it: on one line or on several, with counters that know of no skipped tests, and with the tests' own words.</summary>
    private Task WriteAsync(string run, params string[] outcomes) => File.WriteAllTextAsync(
        _folder.File($"{run}.trx"),
        $"""
        <?xml version="1.0" encoding="utf-8"?><TestRun><Results>
        {string.Concat(outcomes.Select(outcome => $"""<UnitTestResult testName="is it outcome=&quot;Failed&quot;" outcome="{outcome}" testListId="1"><Output /></UnitTestResult>"""))}
        </Results><ResultSummary outcome="Completed"><Counters total="{outcomes.Length}" executed="0" passed="0" failed="0" notExecuted="0" />
        <Output><StdOut>&lt;UnitTestResult outcome="Failed"&gt;</StdOut></Output></ResultSummary></TestRun>
        """);

    private async Task<(int ExitCode, string Line)> SummarizeAsync(params string[] runs)
    {
        await using var summary = ManagedProcess.Start("bash", [Repository.File("tests", "summary.sh"), .. runs.Select(_folder.File)]);
        await summary.WaitForExitAsync(TimeSpan.FromSeconds(60));
        return (summary.ExitCode, summary.Output);
    }
}
