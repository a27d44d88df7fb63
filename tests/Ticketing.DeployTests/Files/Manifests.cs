using System.Collections.Concurrent;
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
        ["k8s.mariadb.com/v1alpha1/User"] = typeof(DatabaseUser),
        ["k8s.mariadb.com/v1alpha1/Grant"] = typeof(DatabaseGrant),
        ["gateway.networking.k8s.io/v1/Gateway"] = typeof(Gateway),
        ["gateway.networking.k8s.io/v1/HTTPRoute"] = typeof(HttpRoute),
        ["k8s.mariadb.com/v1alpha1/Backup"] = typeof(MariaDbBackup),
    };

    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> _resolved = [];

    private readonly List<object> _objects;

    private Manifests(List<object> objects) => _objects = objects;

    public IReadOnlyList<object> All => _objects;

    /// <summary>All pods that the overlay describes, by the name of their workload.</summary>
    public Dictionary<string, V1PodTemplateSpec> Pods =>
        Of<V1Deployment>().Select(workload => (workload.Metadata.Name, workload.Spec.Template))
        .Concat(Of<V1StatefulSet>().Select(workload => (workload.Metadata.Name, workload.Spec.Template)))
        .Concat(Of<V1Job>().Select(workload => (workload.Metadata.Name, workload.Spec.Template)))
        .Concat(Of<V1CronJob>().Select(workload => (workload.Metadata.Name, workload.Spec.JobTemplate.Spec.Template)))
        .ToDictionary(pod => pod.Name, pod => pod.Template);

    /// <summary>With those that the operator of the database makes.</summary>
    public Dictionary<string, V1PodTemplateSpec> AllPods => Pods
        .Concat(Of<MariaDb>().SelectMany(database => database.Pods))
        .Concat(Of<MariaDbBackup>().Select(backup => KeyValuePair.Create($"operator's {backup.Metadata.Name}", backup.Pod)))
        .ToDictionary();

    /// <param name="overlay">Its name.</param>
    /// <param name="components">Components that are added to it, as an operator would.</param>
    public static async Task<Manifests> OfAsync(string overlay, params string[] components)
    {
        // kustomize takes seconds, so each is resolved once; what is read of it is new for each test.
        var text = await _resolved.GetOrAdd(string.Join('+', [overlay, .. components]), _ => new(() => ResolveAsync(overlay, components))).Value;
        var manifests = new Manifests(Read(text));

        // So that no test loops over nothing.
        manifests.Pods.Keys.Should().Contain(["backend", "edge", "frontend"]);
        manifests.Of<V1Service>().Should().HaveCountGreaterThan(3).And.OnlyContain(service => service.Spec.Ports.Count > 0);
        manifests.Pods.Values.Should().OnlyContain(pod => pod.Spec.Containers.Count > 0);
        return manifests;
    }

    private static async Task<string> ResolveAsync(string overlay, string[] components)
    {
        using var folder = new TemporaryFolder();
        var path = Repository.File("deploy", "kubernetes", "overlays", overlay);
        if (components.Length > 0)
        {
            path = folder.File("overlay");
            Directory.CreateDirectory(path);
            await File.WriteAllLinesAsync(
                Path.Combine(path, "kustomization.yaml"),
                [
                    $"resources: [{To("overlays", overlay)}]",
                    $"components: [{string.Join(", ", components.Select(component => To("components", component)))}]",
                ]);
        }

        return await KustomizeAsync(path);

        string To(string kind, string name) => Path.GetRelativePath(path, Repository.File("deploy", "kubernetes", kind, name));
    }

    /// <summary>What kustomize makes of a folder.</summary>
    public static async Task<string> KustomizeAsync(string path)
    {
        var kubectl = ManagedProcess.Find("kubectl") ?? throw new InvalidOperationException("kubectl is not installed: apt-get install kubernetes-client");
        using var folder = new TemporaryFolder();
        await ManagedProcess.RunAsync(kubectl, "kustomize", path, "--output", folder.File("all.yaml"));
        return await File.ReadAllTextAsync(folder.File("all.yaml"));
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
