using System.Diagnostics;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>The kustomize that is in kubectl. That of Debian 12 (1.20) is too old for components, and there the tests that need it are skipped.</summary>
internal static class Kustomize
{
    private static readonly Lazy<string?> _whyMissing = new(FindOut);

    /// <summary>Null where it can be used.</summary>
    public static string? WhyMissing => _whyMissing.Value;

    private static string? FindOut()
    {
        if (ManagedProcess.Find("kubectl") is not { } kubectl)
        {
            return "kubectl is not installed.";
        }

        using var help = Process.Start(new ProcessStartInfo(kubectl, ["kustomize", "--help"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = help.StandardOutput.ReadToEnd();
        help.WaitForExit();
        return text.Contains("--output", StringComparison.Ordinal) ? null : "This kubectl is older than 1.21, and its kustomize knows no components.";
    }
}

/// <summary>A test that needs kustomize.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KustomizeFactAttribute : FactAttribute
{
    public KustomizeFactAttribute() => Skip = Kustomize.WhyMissing;
}

/// <inheritdoc cref="KustomizeFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KustomizeTheoryAttribute : TheoryAttribute
{
    public KustomizeTheoryAttribute() => Skip = Kustomize.WhyMissing;
}
