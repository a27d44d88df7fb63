using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Lessons;

/// <summary>The README and its Indonesian twin.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string _english = File.ReadAllText(Repository.File("README.md"));
    private static readonly string _indonesian = File.ReadAllText(Repository.File("README.id.md"));

    [Fact]
    public void Both_languages_have_the_same_commands() => Markdown.Blocks(_indonesian).Should().HaveCountGreaterThan(4).And.Equal(Markdown.Blocks(_english));

    /// <summary>The Indonesian README refers to the English one for the settings.</summary>
    [Fact]
    public void Both_languages_have_the_same_sections_and_tables()
    {
        var settings = _english.IndexOf("\n| Setting |", StringComparison.Ordinal);
        var others = _english[..settings] + _english[_english.IndexOf("\n## ", settings, StringComparison.Ordinal)..];

        Shape(_indonesian).Should().Equal(Shape(others));

        static IEnumerable<string> Shape(string page) =>
            HeadingOrRow().Matches(page).Select(line => line.Value[0] == '#' ? line.Groups["rank"].Value : string.Join(' ', Code().Matches(line.Value)));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.id.md")]
    public void What_it_links_to_is_there(string name)
    {
        foreach (var link in Markdown.Links(name == "README.md" ? _english : _indonesian))
        {
            Path.Exists(Repository.File(link)).Should().BeTrue("{0} links to {1}", name, link);
        }
    }

    [GeneratedRegex("^((?<rank>#+) .*|\\|.*)$", RegexOptions.Multiline)]
    private static partial Regex HeadingOrRow();

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex Code();
}
