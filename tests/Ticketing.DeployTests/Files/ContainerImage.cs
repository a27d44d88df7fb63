using System.Text.RegularExpressions;

namespace Ticketing.DeployTests.Files;

/// <summary>What may stand where an image is named.</summary>
internal static partial class ContainerImage
{
    /// <summary>Asserts that the name pins a version: two numbers at the least, so that a rebuild next year takes the same; and its digest, where Renovate has written it.</summary>
    public static void ShouldBePinned(string image) => image.Should().MatchRegex(Pinned(), "an image must not change behind our backs");

    /// <summary>Images of ours are tagged by whoever builds them.</summary>
    public static bool IsOurs(string image) => image.Contains("ticketing/", StringComparison.Ordinal);

    /// <summary>
    /// Asserts that the name leads to no place where a stranger can publish an image: it begins with a host that is reserved for examples, the node itself,
    /// or the organisation of the operator, or it is one of Docker's official images. Without a host, a name leads to an account on Docker Hub, which
    /// anybody can register.
    /// </summary>
    public static void ShouldBeNobodyElses(string image) => image.Should().MatchRegex(
        @"^(registry\.example\.com/ticketing/|localhost/ticketing/|ghcr\.io/mariadb-operator/|(redis|mariadb):)", "its name decides who can publish it");

    [GeneratedRegex(@"^[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?(@sha256:[0-9a-f]{64})?$")]
    private static partial Regex Pinned();
}
