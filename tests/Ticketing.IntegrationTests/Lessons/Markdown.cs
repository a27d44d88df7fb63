using System.Text.RegularExpressions;

namespace Ticketing.IntegrationTests.Lessons;

/// <summary>What a page has that can be checked.</summary>
internal static partial class Markdown
{
    /// <summary>Its commands, block by block, with what they print where the page shows it.</summary>
    public static List<string> Blocks(string page) => [.. Block().Matches(page).Select(match => match.Groups[1].Value.Trim())];

    /// <summary>What it links to, and shows, in the repository, each without the heading.</summary>
    public static IEnumerable<string> Links(string page) => Link().Matches(page).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^```(?:sh|console)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)")]
    private static partial Regex Link();
}
