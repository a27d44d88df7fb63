using k8s;
using k8s.Models;

// What of the operators' own kinds we use, named as they are there; a field that is not here is a typing error until it is.
#pragma warning disable CA2227, CA1002

namespace Ticketing.DeployTests.Files;

/// <summary>
/// A custom resource of ours: https://prometheus-operator.dev/docs/api-reference/api/, https://gateway-api.sigs.k8s.io/reference/spec/ and
/// https://github.com/mariadb-operator/mariadb-operator/blob/main/docs/api_reference.md.
/// </summary>
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

    public List<Relabeling> Relabelings { get; set; } = [];
}

public sealed class Relabeling
{
    public string TargetLabel { get; set; } = "";

    public string Replacement { get; set; } = "";
}

public sealed class PrometheusRule : CustomResource<PrometheusRuleSpec>;

public sealed class PrometheusRuleSpec
{
    public List<Dictionary<string, object>> Groups { get; set; } = [];
}

public sealed class Gateway : CustomResource<GatewaySpec>;

public sealed class GatewaySpec
{
    public string GatewayClassName { get; set; } = "";

    public List<Listener> Listeners { get; set; } = [];
}

public sealed class Listener
{
    public string Name { get; set; } = "";

    public string Protocol { get; set; } = "";

    public int Port { get; set; }

    public string? Hostname { get; set; }

    public ListenerTls? Tls { get; set; }
}

public sealed class ListenerTls
{
    public string Mode { get; set; } = "";

    public List<V1LocalObjectReference> CertificateRefs { get; set; } = [];
}

public sealed class HttpRoute : CustomResource<HttpRouteSpec>;

public sealed class HttpRouteSpec
{
    public List<ParentReference> ParentRefs { get; set; } = [];

    public List<string> Hostnames { get; set; } = [];

    public List<HttpRouteRule> Rules { get; set; } = [];
}

public sealed class ParentReference
{
    public string Name { get; set; } = "";

    public string SectionName { get; set; } = "";
}

/// <summary>Without <c>retry</c>, on purpose: a gateway must not repeat orders.</summary>
public sealed class HttpRouteRule
{
    public List<BackendReference> BackendRefs { get; set; } = [];

    public List<HttpRouteFilter> Filters { get; set; } = [];
}

public sealed class BackendReference
{
    public string Name { get; set; } = "";

    public int Port { get; set; }
}

public sealed class HttpRouteFilter
{
    public string Type { get; set; } = "";

    public RequestRedirect? RequestRedirect { get; set; }
}

public sealed class RequestRedirect
{
    public string Scheme { get; set; } = "";

    public int StatusCode { get; set; }
}

public sealed class DatabaseUser : CustomResource<DatabaseUserSpec>;

public sealed class DatabaseUserSpec
{
    public string Name { get; set; } = "";

    public string Host { get; set; } = "";

    public V1LocalObjectReference MariaDbRef { get; set; } = new();

    public V1SecretKeySelector PasswordSecretKeyRef { get; set; } = new();

    /// <summary>What the operator takes where nothing is said.</summary>
    public int MaxUserConnections { get; set; } = 10;
}

public sealed class DatabaseGrant : CustomResource<DatabaseGrantSpec>;

public sealed class DatabaseGrantSpec
{
    public V1LocalObjectReference MariaDbRef { get; set; } = new();

    public List<string> Privileges { get; set; } = [];

    public string Database { get; set; } = "";

    public string Table { get; set; } = "";

    public string Username { get; set; } = "";

    public string Host { get; set; } = "";
}

public sealed class MariaDb : CustomResource<MariaDbSpec>
{
    /// <summary>
    /// The pods that the operator makes of this, with what matters here. Source: <c>pkg/builder/pod_builder.go</c>, <c>container_builder.go</c> and
    /// <c>deployment_builder.go</c> of the operator, 26.6: it sets a context of its own nowhere, but the user and group of the servers.
    /// </summary>
    public Dictionary<string, V1PodTemplateSpec> Pods => new()
    {
        ["mariadb"] = new()
        {
            Metadata = Labelled("mariadb"),
            Spec = new()
            {
                SecurityContext = Spec.PodSecurityContext,
                InitContainers = [Spec.Galera.InitContainer.Named("init")],
                Containers =
                [
                    new() { Name = "mariadb", Image = Spec.Image, SecurityContext = Spec.SecurityContext, Resources = Spec.Resources, Ports = [new() { ContainerPort = 3306 }] },
                    Spec.Galera.Agent.Named("agent"),
                ],
            },
        },
        ["exporter"] = new()
        {
            Metadata = Labelled("exporter"),
            Spec = new()
            {
                SecurityContext = Spec.Metrics.Exporter.PodSecurityContext,
                Containers =
                [
                    new()
                    {
                        Name = "exporter",
                        SecurityContext = Spec.Metrics.Exporter.SecurityContext,
                        Resources = Spec.Metrics.Exporter.Resources,
                        Ports = [new() { ContainerPort = Spec.Metrics.Exporter.Port }],
                    },
                ],
            },
        },
    };

    private static V1ObjectMeta Labelled(string name) => new() { Labels = new Dictionary<string, string> { ["app.kubernetes.io/name"] = name } };
}

public sealed class MariaDbSpec
{
    public string Image { get; set; } = "";

    public V1SecretKeySelector RootPasswordSecretKeyRef { get; set; } = new();

    public string Database { get; set; } = "";

    public int Replicas { get; set; }

    public V1PodSecurityContext? PodSecurityContext { get; set; }

    public V1SecurityContext? SecurityContext { get; set; }

    public Galera Galera { get; set; } = new();

    public Dictionary<string, string> Storage { get; set; } = [];

    public string MyCnf { get; set; } = "";

    public V1ResourceRequirements Resources { get; set; } = new();

    public Dictionary<string, bool> Affinity { get; set; } = [];

    public Dictionary<string, string> PodDisruptionBudget { get; set; } = [];

    public Dictionary<string, string> UpdateStrategy { get; set; } = [];

    public MariaDbMetrics Metrics { get; set; } = new();
}

public sealed class Galera
{
    public bool Enabled { get; set; }

    public OperatorContainer Agent { get; set; } = new();

    public OperatorContainer InitContainer { get; set; } = new();
}

public sealed class OperatorContainer
{
    public string Image { get; set; } = "";

    public V1SecurityContext? SecurityContext { get; set; }

    public V1ResourceRequirements? Resources { get; set; }

    internal V1Container Named(string name) => new() { Name = name, Image = Image, SecurityContext = SecurityContext, Resources = Resources };
}

public sealed class MariaDbMetrics
{
    public bool Enabled { get; set; }

    public MariaDbExporter Exporter { get; set; } = new();
}

public sealed class MariaDbExporter
{
    public int Port { get; set; }

    public V1PodSecurityContext? PodSecurityContext { get; set; }

    public V1SecurityContext? SecurityContext { get; set; }

    public V1ResourceRequirements? Resources { get; set; }
}

public sealed class MariaDbBackup : CustomResource<MariaDbBackupSpec>
{
    /// <summary>The pod that the operator makes of it.</summary>
    public V1PodTemplateSpec Pod => new()
    {
        Metadata = Spec.PodMetadata,
        Spec = new() { SecurityContext = Spec.PodSecurityContext, Containers = [new() { Name = "backup", SecurityContext = Spec.SecurityContext, Resources = Spec.Resources }] },
    };
}

public sealed class MariaDbBackupSpec
{
    public Dictionary<string, string> MariaDbRef { get; set; } = [];

    public Dictionary<string, string> Schedule { get; set; } = [];

    public string TimeZone { get; set; } = "";

    public List<string> Databases { get; set; } = [];

    public List<string> Args { get; set; } = [];

    public string Compression { get; set; } = "";

    public string MaxRetention { get; set; } = "";

    public Dictionary<string, V1PersistentVolumeClaimSpec> Storage { get; set; } = [];

    public V1ObjectMeta PodMetadata { get; set; } = new();

    public V1PodSecurityContext PodSecurityContext { get; set; } = new();

    public V1SecurityContext SecurityContext { get; set; } = new();

    public V1ResourceRequirements Resources { get; set; } = new();
}
