using System.Text.RegularExpressions;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Lessons;

/// <summary>What the lessons promise: each check holds as it stands, and both languages teach the same.</summary>
[Trait("Run", "Full")]
public sealed partial class LessonTests
{
    private const int Lessons = 13;

    private static readonly string _folder = Repository.File("docs", "lessons");

    private static IEnumerable<string> Names => Directory.EnumerateFiles(_folder, "??-*.md").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);

    [Fact]
    public async Task Every_check_holds_as_it_stands()
    {
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
        });
        Names.Should().HaveCount(Lessons);

        foreach (var name in Names)
        {
            await RunAsync(api, Blocks(name)[^1], name);
        }
    }

    /// <summary>A check that finds nothing wrong with a strategy that oversells would find nothing at all.</summary>
    [Fact]
    public async Task A_check_fails_where_the_lesson_does_not_hold()
    {
        using var folder = new TemporaryFolder();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"Data Source={folder.File("lessons.db")}" });

        var lost = Blocks("02-lock.md")[^1].Replace("for_update", "naive", StringComparison.Ordinal);
        (await FluentActions.Awaiting(() => RunAsync(api, lost, "naive as a cure")).Should().ThrowAsync<Exception>()).WithMessage("*naive as a cure*");
    }

    [Fact]
    public void Both_languages_have_the_same_lessons_with_the_same_commands()
    {
        Directory.EnumerateFiles(Path.Combine(_folder, "id"), "*.md").Select(Path.GetFileName).Should().BeEquivalentTo(Names.Append("README.md"));
        foreach (var name in Names)
        {
            Blocks(Path.Combine("id", name)).Should().Equal(Blocks(name), name);
        }
    }

    [Fact]
    public void Every_lesson_has_something_to_do_to_see_to_ask_and_to_check_and_is_in_the_index()
    {
        foreach (var (folder, headings) in (IEnumerable<(string, string[])>)
            [("", ["Do", "What you should see", "Ask yourself", "Check yourself"]), ("id", ["Lakukan", "Yang seharusnya terlihat", "Tanyakan pada diri sendiri", "Periksa sendiri"])])
        {
            var index = File.ReadAllText(Path.Combine(_folder, folder, "README.md"));
            foreach (var name in Names)
            {
                var page = File.ReadAllText(Path.Combine(_folder, folder, name));
                Heading().Matches(page).Select(match => match.Groups[1].Value).Should().Equal(headings, name);
                index.Should().Contain($"({name})");
                foreach (var link in Markdown.Links(page))
                {
                    File.Exists(Path.GetFullPath(Path.Combine(_folder, folder, link))).Should().BeTrue("{0} links to {1}", name, link);
                }
            }
        }
    }

    private static async Task RunAsync(ApiProcess api, string commands, string lesson)
    {
        await using var bash = ManagedProcess.Start(
            "bash",
            ["-e", "-o", "pipefail", "-c", commands.Replace("localhost:8000", api.Address.Authority, StringComparison.Ordinal)],
            new Dictionary<string, string?> { ["BASE"] = api.Address.ToString().TrimEnd('/') },
            Repository.Root);
        await bash.WaitForExitAsync(TimeSpan.FromMinutes(1));
        bash.ExitCode.Should().Be(0, "{0} says:{1}{2}", lesson, Environment.NewLine, bash.Output);
    }

    private static List<string> Blocks(string name) => Markdown.Blocks(File.ReadAllText(Path.Combine(_folder, name)));

    [GeneratedRegex("^## (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
