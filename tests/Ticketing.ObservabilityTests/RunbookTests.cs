using Ticketing.ObservabilityTests.Files;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests;

public class RunbookTests
{
    public static TheoryData<string> PagesWithLinks => [.. Runbook.With(page => page.Links)];

    public static TheoryData<string> PagesWithCommands => [.. Runbook.With(page => page.Commands)];

    public static TheoryData<string> SignalPages => [.. Runbook.Signals.Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(SignalPages))]
    public void Every_page_has_the_same_headings_and_at_least_one_query_and_alert(string name)
    {
        var page = Runbook.Named(name);

        page.Headings.Should().Equal("Symptoms", "What it means", "What to look at", "What to do", "How to know that it is over");
        page.Queries.Should().NotBeEmpty();
        page.Alerts.Should().NotBeEmpty().And.OnlyContain(alert => Rules.Alerts.Any(rule => rule.Name == alert));
    }

    [Fact]
    public void The_index_names_every_page_and_every_alert()
    {
        var index = Runbook.Named("README.md");

        index.Links.Should().Contain(Runbook.All.Where(page => page != index).Select(page => page.Name));
        index.Codes.Should().Contain(Rules.Alerts.Select(alert => alert.Name));
    }

    [Fact]
    public void The_playbook_has_the_five_phases()
    {
        Runbook.Named("playbook.md").Headings.Where(heading => char.IsDigit(heading[0])).Should().Equal(
            "1 Detect and triage (0–5 min)",
            "2 Mitigate (5–15 min)",
            "3 Root cause (15–60 min)",
            "4 Permanent fix (1–48 h)",
            "5 Post-mortem (24–72 h)");
    }

    [Fact]
    public void Every_block_is_in_a_language_that_is_tested()
    {
        // A form to fill in, and a piece of the front door's configuration, are shown and not run.
        string[] shown = ["markdown", "nginx"];
        var blocks = Runbook.All.SelectMany(page => page.LanguagesOfBlocks).Except(shown).ToList();

        blocks.Should().BeEquivalentTo(Runbook.Languages, "the tests of queries, statements and commands go through blocks of these languages");
        Runbook.All.Sum(page => page.LanguagesOfBlocks.Count).Should().Be(
            Runbook.Languages.Concat(shown).Sum(language => Runbook.All.Sum(page => page.Blocks(language).Count())), "no block is overlooked");
    }

    [Theory]
    [MemberData(nameof(PagesWithLinks))]
    public void Every_link_leads_somewhere(string name)
    {
        foreach (var link in Runbook.Named(name).Links)
        {
            var (path, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
            var file = Path.GetFullPath(Path.Combine(Runbook.Folder, path == "" ? name : path));
            File.Exists(file).Should().BeTrue("{0} links to {1}", name, link);
            if (anchor is not null)
            {
                Runbook.Named(Path.GetFileName(file)).Headings.Select(Runbook.Anchor).Should().Contain(anchor, "{0} links to {1}", name, link);
            }
        }
    }

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    [Trait("Run", "Full")]
    public async Task Every_command_is_valid_for_the_shell(string name)
    {
        foreach (var commands in Runbook.Named(name).Commands)
        {
            await ManagedProcess.RunAsync("bash", "-n", "-c", commands);
        }
    }
}
