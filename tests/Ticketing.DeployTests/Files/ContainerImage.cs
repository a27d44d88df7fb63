using System.Text.RegularExpressions;

namespace Ticketing.DeployTests.Files;

/// <summary>What may stand where an image is named.</summary>
internal static partial class ContainerImage
{
    /// <summary>Asserts that the name pins a version: two numbers at the least, so that a rebuild next year takes the same.</summary>
    public static void ShouldBePinned(string image) => image.Should().MatchRegex(Pinned(), "an image must not change behind our backs");

    /// <summary>Images of ours are tagged by whoever builds them.</summary>
    public static bool IsOurs(string image) => image.StartsWith("ticketing/", StringComparison.Ordinal);

    [GeneratedRegex(@"^[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$")]
    private static partial Regex Pinned();
}
