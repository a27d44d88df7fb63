using k8s;
using k8s.Models;

// What of the operators' own kinds we use, named as they are there; a field that is not here is a typing error until it is.
#pragma warning disable CA2227, CA1002

namespace Ticketing.DeployTests.Files;

/// <summary>A custom resource of ours: https://prometheus-operator.dev/docs/api-reference/api/ and https://github.com/mariadb-operator/mariadb-operator.</summary>
public abstract class CustomResource<TSpec> : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public TSpec Spec { get; set; } = default!;
}

public sealed class ServiceMonitor : CustomResource<ServiceMonitorSpec>;

public sealed class ServiceMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();

    public List<MonitoredEndpoint> Endpoints { get; set; } = [];
}

public sealed class MonitoredEndpoint
{
    public string Port { get; set; } = "";

    public string Path { get; set; } = "";

    public string Interval { get; set; } = "";

    public Dictionary<string, List<string>> Params { get; set; } = [];
}

public sealed class PrometheusRule : CustomResource<PrometheusRuleSpec>;

public sealed class PrometheusRuleSpec
{
    public List<Dictionary<string, object>> Groups { get; set; } = [];
}

public sealed class MariaDb : CustomResource<MariaDbSpec>;

public sealed class MariaDbSpec
{
    public string Image { get; set; } = "";

    public V1SecretKeySelector RootPasswordSecretKeyRef { get; set; } = new();

    public V1SecretKeySelector PasswordSecretKeyRef { get; set; } = new();

    public string Database { get; set; } = "";

    public string Username { get; set; } = "";

    public int Replicas { get; set; }

    public Dictionary<string, bool> Galera { get; set; } = [];

    public Dictionary<string, string> Storage { get; set; } = [];

    public string MyCnf { get; set; } = "";

    public V1ResourceRequirements Resources { get; set; } = new();

    public Dictionary<string, bool> Affinity { get; set; } = [];

    public Dictionary<string, string> PodDisruptionBudget { get; set; } = [];

    public Dictionary<string, string> UpdateStrategy { get; set; } = [];

    public Dictionary<string, bool> Metrics { get; set; } = [];
}
