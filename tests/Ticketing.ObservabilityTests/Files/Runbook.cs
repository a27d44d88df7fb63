using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Files;

/// <summary>A page of <c>deploy/runbooks</c>.</summary>
internal sealed partial class Runbook
{
    private readonly string _text;

    private Runbook(string file)
    {
        Name = Path.GetFileName(file);
        _text = File.ReadAllText(file);
    }

    public static string Folder { get; } = Repository.File("deploy", "runbooks");

    public static IReadOnlyList<Runbook> All { get; } = [.. Directory.GetFiles(Folder, "*.md").Order().Select(file => new Runbook(file))];

    /// <summary>The pages for one signal each: all but the index, the playbook, and the page for one task.</summary>
    public static IEnumerable<Runbook> Signals => All.Where(page => page.Name is not ("README.md" or "playbook.md" or "restore.md"));

    /// <summary>The languages of <see cref="Queries"/>, <see cref="Statements"/> and <see cref="Commands"/>.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["promql", "sql", "sh"];

    /// <summary>The file's name.</summary>
    public string Name { get; }

    public IReadOnlyList<string> Headings => [.. HeadingLine().Matches(_text).Select(match => match.Groups[1].Value)];

    /// <summary>The alerts that the first paragraph names.</summary>
    public IReadOnlyList<string> Alerts => [.. Code().Matches(_text.Split("\n## ")[0]).Select(match => match.Groups[1].Value)];

    /// <summary>All inline code of the page.</summary>
    public IReadOnlyList<string> Codes => [.. Code().Matches(_text).Select(match => match.Groups[1].Value)];

    /// <summary>Queries for Prometheus, separated by empty lines.</summary>
    public IEnumerable<string> Queries => Blocks("promql").SelectMany(block => block.Split("\n\n")).Select(query => query.Trim());

    /// <summary>Blocks of SQL statements, each run as a whole.</summary>
    public IEnumerable<string> Statements => Blocks("sql");

    public IEnumerable<string> Commands => Blocks("sh");

    /// <summary>Links to other files of the repository.</summary>
    public IEnumerable<string> Links => Link().Matches(_text).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal));

    /// <summary>The language of each fenced block, empty where none is given.</summary>
    public IReadOnlyList<string> LanguagesOfBlocks => [.. Fence().Matches(_text).Where((_, i) => i % 2 == 0).Select(match => match.Groups[1].Value)];

    /// <summary>The names of the pages that have any of what is asked for, such as queries: the rows of a test that goes through it.</summary>
    public static IEnumerable<string> With<T>(Func<Runbook, IEnumerable<T>> part) => All.Where(page => part(page).Any()).Select(page => page.Name);

    public static Runbook Named(string name) => All.Single(page => page.Name == name);

    /// <summary>The anchor of a heading.</summary>
    public static string Anchor(string heading) => NoAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    /// <summary>The fenced blocks in a language.</summary>
    public IEnumerable<string> Blocks(string language) =>
        Block().Matches(_text).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["text"].Value.Trim());

    [GeneratedRegex(@"^#{2,3} (.+)$", RegexOptions.Multiline)]
    private static partial Regex HeadingLine();

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Code();

    [GeneratedRegex(@"^ *```(?<language>[\w-]+)\n(?<text>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^ *```(.*)$", RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
