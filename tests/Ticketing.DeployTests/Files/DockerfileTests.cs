using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>What can be said of the Dockerfile without an engine to build it.</summary>
public sealed partial class DockerfileTests
{
    private static readonly string[] _instructions = Instructions();

    [Fact]
    public void Every_base_image_is_pinned()
    {
        var images = Stages().Select(stage => stage.Image).ToList();

        images.Should().HaveCountGreaterThan(3);
        images.ForEach(ContainerImage.ShouldBePinned);
    }

    [Theory]
    [InlineData("backend")]
    [InlineData("frontend")]
    [InlineData("edge")]
    public void Every_image_that_is_shipped_runs_without_rights_and_knows_its_health(string target)
    {
        var stage = Stages().Single(stage => stage.Name == target).Instructions;

        stage.Last(line => line.StartsWith("USER ", StringComparison.Ordinal)).Should().MatchRegex(@"^USER [1-9]\d*:[1-9]\d*$");
        stage.Should().ContainSingle(line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal)).Which.Should().Contain("--interval=10s");
    }

    [Fact]
    public void Everything_that_is_copied_is_there()
    {
        var sources = _instructions
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from=", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1])
            .ToList();

        sources.Should().HaveCountGreaterThan(8);
        foreach (var source in sources.Where(source => !source.Contains('*', StringComparison.Ordinal)))
        {
            Path.Exists(Repository.File(source)).Should().BeTrue($"COPY {source}");
        }
    }

    [Fact]
    public void Every_stage_that_is_copied_from_is_there()
    {
        var stages = Stages().Select(stage => stage.Name).ToList();

        _instructions.SelectMany(line => CopyFrom().Matches(line)).Select(match => match.Groups[1].Value).Should().NotBeEmpty().And.BeSubsetOf(stages);
    }

    [Fact]
    public void Every_project_that_the_API_needs_is_restored()
    {
        var projects = Directory.EnumerateFiles(Repository.File("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path));

        var text = string.Join('\n', _instructions);
        projects.Should().OnlyContain(project => text.Contains(project, StringComparison.Ordinal), "a forgotten one is restored anew with every change of the code");
    }

    private static string[] Instructions() =>
    [
        .. File.ReadAllText(Repository.File("deploy", "Dockerfile"))
            .Replace("\\\n", " ", StringComparison.Ordinal)
            .Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#'),
    ];

    private static List<Stage> Stages()
    {
        var stages = new List<Stage>();
        foreach (var line in _instructions)
        {
            if (line.StartsWith("FROM ", StringComparison.Ordinal))
            {
                var from = From().Match(line);
                from.Success.Should().BeTrue($"'{line}' names its stage");
                stages.Add(new(from.Groups["image"].Value, from.Groups["name"].Value, []));
            }

            stages[^1].Instructions.Add(line);
        }

        return stages;
    }

    [GeneratedRegex(@"^FROM (?<image>\S+) AS (?<name>\w+)$")]
    private static partial Regex From();

    [GeneratedRegex(@"--from=(\w+)")]
    private static partial Regex CopyFrom();

    private sealed record Stage(string Image, string Name, List<string> Instructions);
}
