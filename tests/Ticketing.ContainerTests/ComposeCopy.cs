using System.Text.RegularExpressions;

namespace Ticketing.ContainerTests;

/// <summary>The shipped Compose file, with names that do not meet those of a stack that runs on the same engine already.</summary>
internal static partial class ComposeCopy
{
    /// <summary>
    /// Gives the containers, the network and the volume that have fixed names the project's name instead, and drops the top-level <c>name</c>, which
    /// Compose 1 does not know; nothing else changes.
    /// </summary>
    public static string Of(string text, string project) =>
        FixedName().Replace(ProjectName().Replace(text, ""), match => $"{match.Groups["key"].Value}: {project}-{match.Groups["name"].Value}");

    [GeneratedRegex(@"^name: .*\n", RegexOptions.Multiline)]
    private static partial Regex ProjectName();

    [GeneratedRegex(@"(?<key>\b(container_name|name)): ticket-(?<name>[\w-]+)$", RegexOptions.Multiline)]
    private static partial Regex FixedName();
}
