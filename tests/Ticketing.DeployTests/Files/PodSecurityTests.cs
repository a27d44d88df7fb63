using k8s.Models;

namespace Ticketing.DeployTests.Files;

/// <summary>Whether the API server lets the pods into the namespace, those too that the operator of the database makes.</summary>
[Trait("Run", "Full")]
public sealed class PodSecurityTests
{
    /// <summary>For each rule a pod that violates it and no other.</summary>
    private static readonly Dictionary<string, Action<V1PodTemplateSpec>> _violations = new()
    {
        ["HostProcess"] = pod => pod.Spec.SecurityContext.WindowsOptions = new() { HostProcess = true },
        ["Host namespaces"] = pod => pod.Spec.HostNetwork = true,
        ["Privileged containers"] = pod => pod.Spec.Containers[0].SecurityContext.Privileged = true,
        ["HostPath volumes"] = pod => pod.Spec.Volumes = [new() { Name = "host", HostPath = new() { Path = "/etc" } }],
        ["Host ports"] = pod => pod.Spec.Containers[0].Ports = [new() { ContainerPort = 8000, HostPort = 8000 }],
        ["Host probes"] = pod => pod.Spec.Containers[0].LivenessProbe = new() { HttpGet = new() { Host = "169.254.169.254", Port = 80 } },
        ["AppArmor"] = pod => pod.Spec.InitContainers[0].SecurityContext.AppArmorProfile = new() { Type = "Unconfined" },
        ["SELinux"] = pod => pod.Spec.SecurityContext.SeLinuxOptions = new() { Type = "spc_t" },
        ["/proc mount type"] = pod => pod.Spec.Containers[0].SecurityContext.ProcMount = "Unmasked",
        ["Sysctls"] = pod => pod.Spec.SecurityContext.Sysctls = [new() { Name = "kernel.msgmax", Value = "65536" }],
        ["Volume types"] = pod => pod.Spec.Volumes = [new() { Name = "share", Nfs = new() { Server = "files", Path = "/" } }],
        ["Privilege escalation"] = pod => pod.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = null,
        ["Running as non-root"] = pod => pod.Spec.SecurityContext.RunAsNonRoot = null,
        ["Running as non-root user"] = pod => pod.Spec.InitContainers[0].SecurityContext.RunAsUser = 0,
        ["Seccomp"] = pod => pod.Spec.SecurityContext.SeccompProfile = null,
        ["Capabilities"] = pod => pod.Spec.InitContainers[0].SecurityContext.Capabilities = null,
    };

    public static TheoryData<string> Rules => [.. PodSecurity.Rules.Select(rule => rule.Name)];

    [KustomizeTheory]
    [InlineData("single-node", "backend", "edge", "frontend", "redis", "mariadb", "migrate", "backup", "binlog")]
    [InlineData("production", "backend", "edge", "frontend", "redis", "migrate", "mariadb", "exporter", "operator's backup")]
    public async Task The_namespace_admits_every_pod(string overlay, params string[] names)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var pods = manifests.AllPods;

        manifests.Of<V1Namespace>().Single().Metadata.Labels.Should().Contain("pod-security.kubernetes.io/enforce", "restricted");
        pods.Keys.Should().BeEquivalentTo(names);
        foreach (var (name, pod) in pods)
        {
            PodSecurity.Violations(pod).Should().BeEmpty(name);
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_pod_that_violates_a_rule_is_refused_for_that_rule(string rule)
    {
        var pod = Good();
        PodSecurity.Violations(pod).Should().BeEmpty("it is good before it is broken");

        _violations[rule](pod);

        PodSecurity.Violations(pod).Should().Equal(rule);
    }

    [Fact]
    public void A_pod_that_says_nothing_is_refused() =>
        PodSecurity.Violations(new() { Spec = new() { Containers = [new()] } })
            .Should().Equal("Privilege escalation", "Running as non-root", "Seccomp", "Capabilities");

    private static V1PodTemplateSpec Good() => new()
    {
        Spec = new()
        {
            SecurityContext = new() { RunAsNonRoot = true, RunAsUser = 1654, SeccompProfile = new() { Type = "RuntimeDefault" } },
            InitContainers = [Container()],
            Containers = [Container()],
        },
    };

    private static V1Container Container() => new() { SecurityContext = new() { AllowPrivilegeEscalation = false, Capabilities = new() { Drop = ["ALL"] } } };
}
