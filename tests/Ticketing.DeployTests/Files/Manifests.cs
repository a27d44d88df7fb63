using k8s;
using k8s.Models;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>What an overlay would apply, resolved by kustomize and read strictly: a field that Kubernetes does not know is an error.</summary>
internal sealed class Manifests
{
    private static readonly Dictionary<string, Type> _customKinds = new()
    {
        ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor),
        ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(PrometheusRule),
        ["k8s.mariadb.com/v1alpha1/MariaDB"] = typeof(MariaDb),
    };

    private readonly List<object> _objects;

    private Manifests(List<object> objects) => _objects = objects;

    public IReadOnlyList<object> All => _objects;

    /// <summary>All pods that the overlay describes, by the name of their workload.</summary>
    public Dictionary<string, V1PodTemplateSpec> Pods =>
        Of<V1Deployment>().Select(workload => (workload.Metadata.Name, workload.Spec.Template))
        .Concat(Of<V1StatefulSet>().Select(workload => (workload.Metadata.Name, workload.Spec.Template)))
        .Concat(Of<V1Job>().Select(workload => (workload.Metadata.Name, workload.Spec.Template)))
        .ToDictionary(pod => pod.Name, pod => pod.Template);

    public static async Task<Manifests> OfAsync(string overlay)
    {
        var kubectl = ManagedProcess.Find("kubectl") ?? throw new InvalidOperationException("kubectl is not installed: apt-get install kubernetes-client");
        using var folder = new TemporaryFolder();
        await ManagedProcess.RunAsync(kubectl, "kustomize", Repository.File("deploy", "kubernetes", "overlays", overlay), "--output", folder.File("all.yaml"));
        var manifests = new Manifests(Read(await File.ReadAllTextAsync(folder.File("all.yaml"))));

        // So that no test loops over nothing.
        manifests.Pods.Keys.Should().Contain(["backend", "edge", "frontend"]);
        manifests.Of<V1Service>().Should().HaveCountGreaterThan(3).And.OnlyContain(service => service.Spec.Ports.Count > 0);
        manifests.Pods.Values.Should().OnlyContain(pod => pod.Spec.Containers.Count > 0);
        return manifests;
    }

    /// <summary>Reads one file, as strictly.</summary>
    public static List<object> Read(string yaml) => KubernetesYaml.LoadAllFromString(yaml, _customKinds, strict: true);

    public IEnumerable<T> Of<T>() => _objects.OfType<T>();

    public T Named<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => Of<T>().Single(item => item.Metadata.Name == name);

    /// <summary>The settings that a workload's first container gets from its ConfigMap.</summary>
    public IDictionary<string, string> SettingsOf(string workload) =>
        Named<V1ConfigMap>(Pods[workload].Spec.Containers[0].EnvFrom.Single().ConfigMapRef.Name).Data;
}
