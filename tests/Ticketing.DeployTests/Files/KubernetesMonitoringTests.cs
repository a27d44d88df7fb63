using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>What Prometheus and Grafana find in a cluster, against what the alerts and the dashboard ask for.</summary>
[Trait("Run", "Full")]
public sealed class KubernetesMonitoringTests
{
    [KustomizeFact]
    public async Task Prometheus_finds_the_backend_and_the_edge()
    {
        var manifests = await Manifests.OfAsync("production");
        var monitors = manifests.Of<ServiceMonitor>().ToDictionary(monitor => monitor.Metadata.Name, monitor => monitor.Spec);

        monitors.Keys.Should().BeEquivalentTo("backend", "edge");
        foreach (var (name, monitor) in monitors)
        {
            var service = manifests.Of<V1Service>().Should().ContainSingle(service =>
                monitor.Selector.MatchLabels.All(label => service.Metadata.Labels.Contains(label)), name).Which;
            service.Spec.Ports.Should().ContainSingle(port => port.Name == monitor.Endpoints.Single().Port, name);
            var pod = manifests.Of<V1Deployment>().Single(deployment => deployment.Metadata.Name == name).Spec.Template.Spec;
            var port = pod.Containers.Single().Ports.Single(port => port.Name == "metrics").ContainerPort;
            new NetworkPolicies(manifests).AllowFromNamespace("monitoring", name, port).Should().BeTrue("Prometheus may reach {0}", name);
            (monitor.Endpoints.Single().Path, monitor.Endpoints.Single().Interval).Should().Be(("/metrics", "5s"), name);
        }
    }

    [KustomizeFact]
    public async Task The_alerts_the_dashboard_and_the_runbooks_ask_for_jobs_that_exist_in_every_deployment()
    {
        var compose = All(@"job_name: (\w+)", Repository.File("deploy", "prometheus", "prometheus.yml"));
        var operators = (await Manifests.OfAsync("production")).Of<ServiceMonitor>().SelectMany(monitor => monitor.Spec.Endpoints)
            .Select(endpoint => endpoint.Relabelings.SingleOrDefault(one => one.TargetLabel == "job")?.Replacement).ToList();
        string[] askers =
        [
            .. Directory.GetFiles(Repository.File("deploy", "prometheus", "rules")),
            .. Directory.GetFiles(Repository.File("dashboards"), "*.json"),
            .. Directory.GetFiles(Repository.File("deploy", "runbooks"), "*.md"),
        ];
        var asked = askers.SelectMany(file => All("\\bjob=~?\\\\?\"([\\w|]+)\\\\?\"", file)).SelectMany(jobs => jobs.Split('|')).Distinct().ToList();

        asked.Should().Contain(["ticketing", "edge"]);
        compose.Should().Contain(asked);
        string[] ofTheCluster = ["prometheus", "alertmanager"]; // a cluster has its own, with alerts about them
        operators.Should().BeEquivalentTo(compose.Except(ofTheCluster), "without one, a target's job is the name of its service").And.Contain(asked.Except(ofTheCluster));
    }

    /// <summary>Above its target the autoscaler adds replicas; the alert says that it has not kept up. A lower threshold would contradict it.</summary>
    [KustomizeFact]
    public async Task The_alert_on_requests_fires_where_the_autoscaler_has_not_kept_up()
    {
        var target = (await Manifests.OfAsync("production")).Of<V2HorizontalPodAutoscaler>().Single().Spec.Metrics[1].Pods.Target.AverageValue.ToDecimal();
        var recordings = await File.ReadAllTextAsync(Repository.File("deploy", "prometheus", "rules", "recording.yml"));
        var adapter = await File.ReadAllTextAsync(Repository.File("deploy", "kubernetes", "prometheus-adapter-values.yaml"));

        // The autoscaler does nothing within a tenth of its target.
        All(@"alert: HighRequestRate\n\s+expr: job:http_requests_per_replica:rate1m > (\d+)\n", Repository.File("deploy", "prometheus", "rules", "alerts.yml"))
            .Select(threshold => decimal.Parse(threshold, CultureInfo.InvariantCulture))
            .Should().HaveCount(2).And.OnlyContain(threshold => threshold > 1.1m * target);
        recordings.Should().Contain("record: job:http_requests_per_replica:rate1m\n        expr: job:http_requests:rate1m / on (job) count by (job) (up == 1)\n")
            .And.Contain("record: job:http_requests:rate1m\n        expr: sum by (job) (rate(http_requests_total[1m]))\n");
        adapter.Should().Contain("seriesQuery: http_requests_total{").And.Contain("[1m]", "both look at the same requests for as long");
    }

    [KustomizeFact]
    public async Task Grafanas_sidecar_finds_the_dashboard()
    {
        var map = (await Manifests.OfAsync("production")).Of<V1ConfigMap>().Should().ContainSingle(map => map.Metadata.Name == "ticketing-dashboards").Which;
        var readme = await File.ReadAllTextAsync(Repository.File("deploy", "README.md"));

        map.Metadata.Labels.Should().Contain("grafana_dashboard", "1");
        map.Data.Keys.Should().BeEquivalentTo(Directory.GetFiles(Repository.File("dashboards"), "*.json").Select(Path.GetFileName));
        foreach (var (name, dashboard) in map.Data)
        {
            dashboard.Should().Be(await File.ReadAllTextAsync(Repository.File("dashboards", name)));
        }

        map.Data.Values.Sum(text => text.Length).Should().BeLessThan(1024 * 1024, "a ConfigMap has at most 1 MiB");
        readme.Should().Contain("kubectl apply --server-side -k deploy/kubernetes/overlays/").And.NotMatchRegex(
            "kubectl apply (?!--server-side)", "a client-side apply repeats the object in an annotation, and annotations have at most 256 KiB");
    }

    [KustomizeFact]
    public async Task Prometheus_gets_every_runbook_where_the_alerts_say_that_it_is()
    {
        var map = Manifests.Read(await Manifests.KustomizeAsync(Repository.File("deploy", "runbooks"))).Should().ContainSingle().Which.Should().BeOfType<V1ConfigMap>().Which;
        var values = await File.ReadAllTextAsync(Repository.File("deploy", "kubernetes", "prometheus-values.yaml"));

        map.Metadata.NamespaceProperty.Should().Be("monitoring", "that is where Prometheus can mount it");
        map.Data.Keys.Should().BeEquivalentTo(Directory.GetFiles(Repository.File("deploy", "runbooks"), "*.md").Select(Path.GetFileName));
        foreach (var url in All("runbook_url: \"(.+)\"", Repository.File("deploy", "kubernetes", "components", "monitoring", "prometheus-rule.yaml")))
        {
            var page = url[(url.LastIndexOf('/') + 1)..];
            url.Should().Be($"{{{{ $externalURL }}}}/user/{map.Metadata.Name}/{page}");
            map.Data.Keys.Should().Contain(page);
        }

        // The operator mounts a ConfigMap in a folder of its name below this one.
        values.Should().Contain($"    configMaps:\n      - {map.Metadata.Name}\n").And.Contain("      - name: web.user-assets\n        value: /etc/prometheus/configmaps\n")
            .And.Contain("    externalUrl: https://");
    }

    private static List<string> All(string pattern, string file) => [.. Regex.Matches(File.ReadAllText(file), pattern).Select(match => match.Groups[1].Value)];
}
