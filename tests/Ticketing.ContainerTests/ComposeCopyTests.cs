using Ticketing.TestServers;

namespace Ticketing.ContainerTests;

/// <summary>The tests' stack must leave a stack alone that runs on the same engine: above all its data.</summary>
public sealed class ComposeCopyTests
{
    private static readonly string _shipped = File.ReadAllText(Repository.File("deploy", "docker-compose.yml"));

    [Fact]
    public void The_stack_under_test_shares_no_name_with_the_shipped_one()
    {
        var lines = ComposeCopy.Of(_shipped, "other").Split('\n');

        lines.Should().NotContain(line => line.StartsWith("name:", StringComparison.Ordinal));
        lines.Where(line => line.Contains("name: ", StringComparison.Ordinal) && !line.TrimStart().StartsWith('#'))
            .Should().HaveCountGreaterThan(5)
            .And.OnlyContain(line => line.Contains("name: other-", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_but_names_differs_from_the_shipped_file()
    {
        var shipped = _shipped.Split('\n').Where(line => !line.StartsWith("name:", StringComparison.Ordinal)).ToArray();
        var copy = ComposeCopy.Of(_shipped, "other").Split('\n');

        copy.Should().HaveCount(shipped.Length);
        copy.Except(shipped).Should().OnlyContain(line => line.Contains("name: other-", StringComparison.Ordinal));
    }
}
