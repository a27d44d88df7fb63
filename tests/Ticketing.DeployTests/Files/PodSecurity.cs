using k8s.Models;

namespace Ticketing.DeployTests.Files;

/// <summary>
/// Pod Security's level <c>restricted</c>, which the namespace enforces: the API server refuses a pod that violates one of these rules. Each is a row of
/// https://kubernetes.io/docs/concepts/security/pod-security-standards/, as of Kubernetes 1.34.
/// </summary>
internal static class PodSecurity
{
    private const string Baseline = "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline";
    private const string Restricted = "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted";

    private static readonly string?[] _allowedSeLinuxTypes = [null, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

    private static readonly string[] _allowedVolumes =
    [
        nameof(V1Volume.ConfigMap), nameof(V1Volume.Csi), nameof(V1Volume.DownwardAPI), nameof(V1Volume.EmptyDir), nameof(V1Volume.Ephemeral),
        nameof(V1Volume.PersistentVolumeClaim), nameof(V1Volume.Projected), nameof(V1Volume.Secret),
    ];

    private static readonly string[] _allowedSysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    public static IReadOnlyList<Rule> Rules { get; } =
    [
        new("HostProcess", Baseline, pod =>
            pod.Spec.SecurityContext?.WindowsOptions?.HostProcess != true && Containers(pod).All(one => one.Context?.WindowsOptions?.HostProcess != true)),
        new("Host namespaces", Baseline, pod => pod.Spec is { HostNetwork: not true, HostPID: not true, HostIPC: not true }),
        new("Privileged containers", Baseline, pod => Containers(pod).All(one => one.Context?.Privileged != true)),
        new("HostPath volumes", Baseline, pod => Volumes(pod).All(volume => volume.HostPath is null)),
        new("Host ports", Baseline, pod => Containers(pod).SelectMany(one => one.Ports).All(port => port.HostPort is null or 0)),
        new("Host probes", Baseline, pod => Containers(pod).SelectMany(one => one.ProbedHosts).All(string.IsNullOrEmpty)),
        new("AppArmor", Baseline, pod =>
            Everywhere(pod, pod.Spec.SecurityContext?.AppArmorProfile, context => context?.AppArmorProfile).All(profile => profile?.Type is null or "RuntimeDefault" or "Localhost")
            && Annotations(pod, "container.apparmor.security.beta.kubernetes.io/").All(value => value is "" or "runtime/default" || value.StartsWith("localhost/", StringComparison.Ordinal))),
        new("SELinux", Baseline, pod => Everywhere(pod, pod.Spec.SecurityContext?.SeLinuxOptions, context => context?.SeLinuxOptions)
            .All(options => options is null || (_allowedSeLinuxTypes.Contains(options.Type) && string.IsNullOrEmpty(options.User) && string.IsNullOrEmpty(options.Role)))),
        new("/proc mount type", Baseline, pod => Containers(pod).All(one => one.Context?.ProcMount is null or "Default")),
        new("Sysctls", Baseline, pod => (pod.Spec.SecurityContext?.Sysctls ?? []).All(sysctl => _allowedSysctls.Contains(sysctl.Name))),
        new("Volume types", Restricted, pod => Volumes(pod).All(volume => volume.HostPath is not null || IsAllowed(volume))),
        new("Privilege escalation", Restricted, pod => Containers(pod).All(one => one.Context?.AllowPrivilegeEscalation == false)),
        new("Running as non-root", Restricted, pod => Containers(pod).All(one => (one.Context?.RunAsNonRoot ?? pod.Spec.SecurityContext?.RunAsNonRoot) == true)),
        new("Running as non-root user", Restricted, pod => Everywhere(pod, pod.Spec.SecurityContext?.RunAsUser, context => context?.RunAsUser).All(user => user != 0)),
        new("Seccomp", Restricted, pod =>
            Everywhere(pod, pod.Spec.SecurityContext?.SeccompProfile, context => context?.SeccompProfile).All(profile => profile?.Type is null or "RuntimeDefault" or "Localhost")
            && Containers(pod).All(one => (one.Context?.SeccompProfile ?? pod.Spec.SecurityContext?.SeccompProfile) is not null)),
        new("Capabilities", Restricted, pod => Containers(pod).All(one =>
            one.Context?.Capabilities?.Drop?.Contains("ALL") == true && (one.Context.Capabilities.Add ?? []).All(capability => capability == "NET_BIND_SERVICE"))),
    ];

    /// <summary>The rules that the API server would name when it refuses the pod.</summary>
    public static IEnumerable<string> Violations(V1PodTemplateSpec pod) => Rules.Where(rule => !rule.Holds(pod)).Select(rule => rule.Name);

    private static IEnumerable<Part> Containers(V1PodTemplateSpec pod) =>
        (pod.Spec.Containers ?? []).Concat(pod.Spec.InitContainers ?? [])
            .Select(one => new Part(one.SecurityContext, one.Ports ?? [], Hosts(one.LivenessProbe, one.ReadinessProbe, one.StartupProbe, one.Lifecycle)))
        .Concat((pod.Spec.EphemeralContainers ?? [])
            .Select(one => new Part(one.SecurityContext, one.Ports ?? [], Hosts(one.LivenessProbe, one.ReadinessProbe, one.StartupProbe, one.Lifecycle))));

    private static IEnumerable<V1Volume> Volumes(V1PodTemplateSpec pod) => pod.Spec.Volumes ?? [];

    /// <summary>Of the pod, and of each container.</summary>
    private static IEnumerable<T?> Everywhere<T>(V1PodTemplateSpec pod, T? ofPod, Func<V1SecurityContext?, T?> ofContainer) =>
        Containers(pod).Select(one => ofContainer(one.Context)).Append(ofPod);

    private static IEnumerable<string> Annotations(V1PodTemplateSpec pod, string prefix) =>
        (pod.Metadata?.Annotations ?? new Dictionary<string, string>()).Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(one => one.Value);

    private static bool IsAllowed(V1Volume volume) =>
        typeof(V1Volume).GetProperties().Where(property => property.Name != nameof(V1Volume.Name) && property.GetValue(volume) is not null)
            .All(property => _allowedVolumes.Contains(property.Name));

    private static IEnumerable<string?> Hosts(V1Probe? liveness, V1Probe? readiness, V1Probe? startup, V1Lifecycle? lifecycle) =>
        new[] { liveness, readiness, startup }.SelectMany(probe => new[] { probe?.HttpGet?.Host, probe?.TcpSocket?.Host })
            .Concat(new[] { lifecycle?.PostStart, lifecycle?.PreStop }.SelectMany(hook => new[] { hook?.HttpGet?.Host, hook?.TcpSocket?.Host }));

    private sealed record Part(V1SecurityContext? Context, IEnumerable<V1ContainerPort> Ports, IEnumerable<string?> ProbedHosts);

    /// <param name="Name">What the standards call it.</param>
    /// <param name="Source">Where it stands.</param>
    /// <param name="Holds">Whether a pod obeys it.</param>
    internal sealed record Rule(string Name, string Source, Func<V1PodTemplateSpec, bool> Holds)
    {
        public override string ToString() => $"{Name} ({Source})";
    }
}
