using System.CommandLine;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Reporting;

/// <summary>A part of a page, <c>loadtests/README.md</c> unless another is named, that a command of the lab writes, between two comments that name it.</summary>
internal static class ReadmeSection
{
    private static readonly string _readme = Repository.File("loadtests", "README.md");

    public static Option<bool> Option() => new("--update-readme") { Description = "Write the table into loadtests/README.md." };

    public static async Task WriteAsync(string name, string content, string? page = null)
    {
        var file = page ?? _readme;
        var (begin, end) = ($"<!-- {name}: written by the race lab -->", $"<!-- /{name} -->");
        var text = await File.ReadAllTextAsync(file);
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        var to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new LabException($"{file} has no section for this table: add the lines '{begin}' and '{end}'.");
        }

        await File.WriteAllTextAsync(file, $"{text[..(from + begin.Length)]}\n{content}\n{text[to..]}");
    }
}
