using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

// What of the operators' own kinds we use; a field that is not here is a typing error until it is.
#pragma warning disable CA2227, CA1002

namespace Ticketing.DeployTests.Files;

/// <summary>A custom resource of ours: https://prometheus-operator.dev/docs/api-reference/api/ and https://github.com/mariadb-operator/mariadb-operator.</summary>
public abstract class CustomResource<TSpec> : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public TSpec Spec { get; set; } = default!;
}

public sealed class ServiceMonitor : CustomResource<ServiceMonitorSpec>;

public sealed class ServiceMonitorSpec
{
    [JsonPropertyName("selector")]
    public V1LabelSelector Selector { get; set; } = new();

    [JsonPropertyName("endpoints")]
    public List<MonitoredEndpoint> Endpoints { get; set; } = [];
}

public sealed class MonitoredEndpoint
{
    [JsonPropertyName("port")]
    public string Port { get; set; } = "";

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("interval")]
    public string Interval { get; set; } = "";
}

public sealed class PrometheusRule : CustomResource<PrometheusRuleSpec>;

public sealed class PrometheusRuleSpec
{
    [JsonPropertyName("groups")]
    public List<Dictionary<string, object>> Groups { get; set; } = [];
}

public sealed class MariaDb : CustomResource<MariaDbSpec>;

public sealed class MariaDbSpec
{
    [JsonPropertyName("image")]
    public string Image { get; set; } = "";

    [JsonPropertyName("rootPasswordSecretKeyRef")]
    public V1SecretKeySelector RootPassword { get; set; } = new();

    [JsonPropertyName("passwordSecretKeyRef")]
    public V1SecretKeySelector Password { get; set; } = new();

    [JsonPropertyName("database")]
    public string Database { get; set; } = "";

    [JsonPropertyName("username")]
    public string Username { get; set; } = "";

    [JsonPropertyName("replicas")]
    public int Replicas { get; set; }

    [JsonPropertyName("galera")]
    public Dictionary<string, bool> Galera { get; set; } = [];

    [JsonPropertyName("storage")]
    public Dictionary<string, string> Storage { get; set; } = [];

    [JsonPropertyName("myCnf")]
    public string MyCnf { get; set; } = "";

    [JsonPropertyName("resources")]
    public V1ResourceRequirements Resources { get; set; } = new();

    [JsonPropertyName("affinity")]
    public Dictionary<string, bool> Affinity { get; set; } = [];

    [JsonPropertyName("podDisruptionBudget")]
    public Dictionary<string, string> PodDisruptionBudget { get; set; } = [];

    [JsonPropertyName("updateStrategy")]
    public Dictionary<string, string> UpdateStrategy { get; set; } = [];

    [JsonPropertyName("metrics")]
    public Dictionary<string, bool> Metrics { get; set; } = [];
}
