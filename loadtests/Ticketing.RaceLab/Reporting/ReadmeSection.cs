using System.CommandLine;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Reporting;

/// <summary>A part of <c>loadtests/README.md</c> that a command of the lab writes, between two comments that name it.</summary>
internal static class ReadmeSection
{
    private static readonly string _file = Repository.File("loadtests", "README.md");

    public static Option<bool> Option() => new("--update-readme") { Description = "Write the table into loadtests/README.md." };

    public static async Task WriteAsync(string name, string content)
    {
        var (begin, end) = ($"<!-- {name}: written by the race lab -->", $"<!-- /{name} -->");
        var text = await File.ReadAllTextAsync(_file);
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        var to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new LabException($"{_file} has no section for this table: add the lines '{begin}' and '{end}'.");
        }

        await File.WriteAllTextAsync(_file, $"{text[..(from + begin.Length)]}\n{content}\n{text[to..]}");
    }
}
