using System.Globalization;
using k8s;
using k8s.Models;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>The overlays, against Kubernetes' types, the contract, and each other's names and ports.</summary>
[Trait("Run", "Full")]
public sealed class KubernetesTests
{
    private const string Namespace = "ticketing";

    public static TheoryData<string> Overlays => ["single-node", "production"];

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task Everything_is_in_the_namespace(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);

        manifests.All.Should().HaveCountGreaterThan(20);
        manifests.All.Cast<IKubernetesObject<V1ObjectMeta>>().Where(item => item is not V1Namespace)
            .Should().OnlyContain(item => item.Metadata.NamespaceProperty == Namespace);
    }

    /// <summary>What the rules say is tested with the rules of Prometheus, from which this file is generated.</summary>
    [Fact]
    public void The_operators_rules_are_a_valid_resource() =>
        Manifests.Read(File.ReadAllText(Repository.File("deploy", "kubernetes", "components", "monitoring", "prometheus-rule.yaml")))
            .Should().ContainSingle().Which.Should().BeOfType<PrometheusRule>();

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task Every_service_finds_pods_that_listen_on_its_port(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);

        foreach (var service in manifests.Of<V1Service>())
        {
            var pods = manifests.Pods.Values.Where(pod => Matches(service.Spec.Selector, pod)).ToList();
            pods.Should().ContainSingle($"service {service.Metadata.Name} selects one kind of pod");
            foreach (var port in service.Spec.Ports)
            {
                var target = pods[0].Spec.Containers[0].Ports.Should().ContainSingle(p => p.Name == port.TargetPort.Value, service.Metadata.Name).Which;
                target.ContainerPort.Should().Be(port.Port, $"service {service.Metadata.Name} has the port of the contract");
            }
        }
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task Every_selector_matches_a_pod(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);

        var pods = manifests.AllPods.Values;
        var selectors = manifests.Of<V1Deployment>().Select(workload => workload.Spec.Selector)
            .Concat(manifests.Of<V1StatefulSet>().Select(workload => workload.Spec.Selector))
            .Concat(manifests.Of<V1PodDisruptionBudget>().Select(budget => budget.Spec.Selector))
            .Concat(manifests.Of<V1NetworkPolicy>().Select(policy => policy.Spec.PodSelector))
            .Concat(manifests.Of<V1NetworkPolicy>().SelectMany(Peers).Where(peer => peer.PodSelector is not null).Select(peer => peer.PodSelector))
            .Where(selector => selector.MatchLabels is not null)
            .ToList();

        selectors.Should().HaveCountGreaterThan(10);
        foreach (var selector in selectors)
        {
            pods.Should().Contain(pod => Matches(selector.MatchLabels, pod), string.Join(", ", selector.MatchLabels));
        }
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task Every_port_that_a_network_policy_opens_has_a_listener(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        HashSet<int> listening = [53, .. manifests.AllPods.Values.SelectMany(pod => pod.Spec.Containers[0].Ports ?? []).Select(port => port.ContainerPort)];

        manifests.Of<V1NetworkPolicy>().Should().HaveCountGreaterThan(3);
        manifests.Of<V1NetworkPolicy>()
            .SelectMany(policy => (policy.Spec.Ingress ?? []).SelectMany(rule => rule.Ports ?? []).Concat((policy.Spec.Egress ?? []).SelectMany(rule => rule.Ports ?? [])))
            .Should().OnlyContain(port => listening.Contains(int.Parse(port.Port.Value, CultureInfo.InvariantCulture)));
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task Every_reference_leads_somewhere(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var secrets = Manifests.Read(await File.ReadAllTextAsync(Repository.File("deploy", "kubernetes", "secrets.example.yaml"))).Cast<V1Secret>()
            .SelectMany(secret => secret.StringData.Keys.Select(key => (secret.Metadata.Name, Key: key)))
            .ToList();

        manifests.Pods["backend"].Spec.Containers[0].EnvFrom.Should().NotBeEmpty();
        manifests.Pods.Values.SelectMany(pod => pod.Spec.Containers).SelectMany(container => container.Env ?? []).Should().Contain(env => env.ValueFrom != null && env.ValueFrom.SecretKeyRef != null);
        foreach (var (name, pod) in manifests.Pods)
        {
            foreach (var reference in pod.Spec.Containers.SelectMany(container => container.EnvFrom ?? []))
            {
                manifests.Of<V1ConfigMap>().Should().Contain(map => map.Metadata.Name == reference.ConfigMapRef.Name, name);
            }

            foreach (var key in pod.Spec.Containers.SelectMany(container => container.Env ?? []).Select(env => env.ValueFrom?.SecretKeyRef).Where(key => key is not null))
            {
                secrets.Should().Contain((key!.Name, key.Key), name);
            }

            foreach (var map in (pod.Spec.Volumes ?? []).Where(volume => volume.ConfigMap is not null).Select(volume => volume.ConfigMap.Name))
            {
                manifests.Of<V1ConfigMap>().Should().Contain(item => item.Metadata.Name == map, name);
            }

            pod.Spec.Containers.ToList().ForEach(container => (container.VolumeMounts ?? []).Should().OnlyHaveUniqueItems(mount => mount.MountPath, name));
            foreach (var mount in pod.Spec.Containers.SelectMany(container => container.VolumeMounts ?? []))
            {
                var claims = manifests.Of<V1StatefulSet>().SelectMany(set => set.Spec.VolumeClaimTemplates ?? []).Select(claim => claim.Metadata.Name);
                (pod.Spec.Volumes ?? []).Select(volume => volume.Name).Concat(claims).Should().Contain(mount.Name, name);
            }

            if (pod.Spec.ServiceAccountName is { } account)
            {
                manifests.Of<V1ServiceAccount>().Should().Contain(item => item.Metadata.Name == account);
            }
        }

        foreach (var key in manifests.Of<DatabaseUser>().Select(user => user.Spec.PasswordSecretKeyRef).Concat(manifests.Of<MariaDb>().Select(database => database.Spec.RootPasswordSecretKeyRef)))
        {
            secrets.Should().Contain((key.Name, key.Key));
        }

        var target = manifests.Of<V2HorizontalPodAutoscaler>().Single().Spec.ScaleTargetRef;
        manifests.Named<V1Deployment>(target.Name).Kind.Should().Be(target.Kind);
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task Every_probe_asks_a_port_and_a_path_that_answer(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var site = await File.ReadAllTextAsync(Repository.File("deploy", "nginx", "site.conf"));

        var backend = manifests.Pods["backend"].Spec.Containers[0];
        backend.ReadinessProbe.HttpGet.Path.Should().Be("/health/ready");
        backend.LivenessProbe.HttpGet.Path.Should().Be("/health/live", "a restart does not bring a database back");
        backend.StartupProbe.HttpGet.Path.Should().Be("/health/live");
        site.Should().Contain($"location = {manifests.Pods["frontend"].Spec.Containers[0].ReadinessProbe.HttpGet.Path} {{");
        foreach (var (name, pod) in manifests.Pods)
        {
            var container = pod.Spec.Containers[0];
            List<V1Probe?> probes = [container.StartupProbe, container.ReadinessProbe, container.LivenessProbe];
            foreach (var port in probes.Select(probe => probe?.HttpGet?.Port ?? probe?.TcpSocket?.Port).Where(port => port is not null))
            {
                container.Ports.Should().Contain(p => p.Name == port!.Value, name);
            }
        }
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task Every_pod_of_ours_has_no_token_a_read_only_file_system_and_figures(string overlay)
    {
        foreach (var (name, pod) in (await Manifests.OfAsync(overlay)).Pods)
        {
            pod.Spec.AutomountServiceAccountToken.Should().BeFalse(name);
            foreach (var container in pod.Spec.Containers)
            {
                container.SecurityContext.ReadOnlyRootFilesystem.Should().BeTrue(name);
                container.Resources.Requests.Should().ContainKeys("cpu", "memory");
                container.Resources.Limits.Should().ContainKey("memory");
            }
        }
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task The_users_are_those_of_the_images(string overlay)
    {
        var pods = (await Manifests.OfAsync(overlay)).Pods;
        var dockerfile = await File.ReadAllTextAsync(Repository.File("deploy", "Dockerfile"));

        foreach (var name in new[] { "backend", "edge", "frontend" })
        {
            var context = pods[name].Spec.SecurityContext;
            dockerfile.Should().Contain(string.Create(CultureInfo.InvariantCulture, $"USER {context.RunAsUser}:{context.RunAsGroup}"));
        }
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task The_replicas_leave_the_tables_to_the_job_and_have_time_to_wait_for_it(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var settings = manifests.SettingsOf("backend");
        var job = manifests.Pods["migrate"].Spec.Containers[0];
        var backend = manifests.Pods["backend"].Spec.Containers[0];

        settings["Database__MigrateOnStart"].Should().Be("false");
        job.Args.Should().Equal("--migrate");
        job.Image.Should().Be(backend.Image, "the tables must be those of the release");
        manifests.SettingsOf("migrate").Should().Equal(settings);
        (backend.StartupProbe.PeriodSeconds * backend.StartupProbe.FailureThreshold).Should()
            .BeGreaterThan(int.Parse(settings["Database__StartupTimeoutSeconds"], CultureInfo.InvariantCulture));
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task The_program_knows_every_setting_that_it_is_given(string overlay) =>
        await Settings.ShouldBeKnownAsync((await Manifests.OfAsync(overlay)).SettingsOf("backend").ToDictionary(setting => setting.Key, setting => (string?)setting.Value));

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task A_replica_that_stops_has_time_to_drain(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var pod = manifests.Pods["backend"].Spec;
        var settings = manifests.SettingsOf("backend");
        var drain = int.Parse(settings["Shutdown__DrainSeconds"], CultureInfo.InvariantCulture);
        var timeout = int.Parse(settings["Shutdown__TimeoutSeconds"], CultureInfo.InvariantCulture);

        pod.TerminationGracePeriodSeconds.Should().BeGreaterThan(pod.Containers[0].Lifecycle.PreStop.Sleep.Seconds + drain + timeout);
        drain.Should().Be(10, "deploy/README.md states it");
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task The_backend_finds_its_database_Nginx_the_edge_and_the_edge_the_backends(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var settings = manifests.SettingsOf("backend");
        var services = manifests.Of<V1Service>().Select(service => service.Metadata.Name)
            .Concat(manifests.Of<MariaDb>().Select(database => $"{database.Metadata.Name}-primary")) // made by the operator
            .ToList();

        services.Should().Contain(settings["DB_HOST"]).And.Contain(settings["ConnectionStrings__Redis"].Split(':')[0]);
        var replicas = manifests.SettingsOf("edge")["BACKEND_HOST"].Split('.', 2);
        manifests.Named<V1Service>(replicas[0]).Spec.ClusterIP.Should().Be("None", "the edge balances over the replicas itself");
        var edge = manifests.SettingsOf("frontend")["EDGE_HOST"].Split('.', 2);
        manifests.Named<V1Service>(edge[0]).Spec.Selector.Should().Contain("app.kubernetes.io/name", "edge");
        new[] { replicas[1], edge[1] }.Should().OnlyContain(domain => domain == $"{Namespace}.svc.cluster.local", "neither completes names");
    }

    [KustomizeFact]
    public async Task Production_scales_as_the_contract_says()
    {
        var manifests = await Manifests.OfAsync("production");
        var scaling = manifests.Of<V2HorizontalPodAutoscaler>().Single().Spec;
        var resources = manifests.Pods["backend"].Spec.Containers[0].Resources;

        (scaling.MinReplicas, scaling.MaxReplicas).Should().Be((3, 20));
        scaling.Metrics[0].Resource.Target.AverageUtilization.Should().Be(70);
        scaling.Metrics[1].Pods.Metric.Name.Should().Be("http_requests_per_second");
        scaling.Metrics[1].Pods.Target.AverageValue.ToString().Should().Be("500");
        var (up, down) = (scaling.Behavior.ScaleUp, scaling.Behavior.ScaleDown);
        (up.StabilizationWindowSeconds, up.Policies.Single().Type, up.Policies.Single().Value, up.Policies.Single().PeriodSeconds).Should().Be((60, "Percent", 50, 60));
        (down.StabilizationWindowSeconds, down.Policies.Single().Type, down.Policies.Single().Value, down.Policies.Single().PeriodSeconds).Should().Be((300, "Pods", 1, 180));
        string.Join(' ', resources.Requests["cpu"], resources.Requests["memory"], resources.Limits["cpu"], resources.Limits["memory"]).Should().Be("500m 256Mi 1 512Mi");
        manifests.Named<V1Deployment>("backend").Spec.Replicas.Should().BeNull("the autoscaler owns the number");
        (await File.ReadAllTextAsync(Repository.File("deploy", "kubernetes", "base", "backend.yaml"))).Should().Contain("replicas: 3");
    }

    [KustomizeFact]
    public async Task The_metric_that_production_scales_on_is_made_of_one_that_the_program_has()
    {
        var values = await File.ReadAllTextAsync(Repository.File("deploy", "kubernetes", "prometheus-adapter-values.yaml"));

        values.Should().Contain("seriesQuery: http_requests_total{").And.Contain("as: http_requests_per_second");
    }

    [KustomizeFact]
    public async Task The_single_database_is_backed_up_each_night_and_its_binlog_all_the_time_with_the_shipped_scripts()
    {
        var manifests = await Manifests.OfAsync("single-node");
        var database = manifests.Pods["mariadb"].Spec;
        var restore = Manifests.Read(await File.ReadAllTextAsync(Repository.File("deploy", "kubernetes", "restore-job.yaml"))).Cast<V1Job>().Single().Spec.Template;

        manifests.Of<V1CronJob>().Single().Spec.ConcurrencyPolicy.Should().Be("Forbid");
        manifests.Named<V1Deployment>("binlog").Spec.Strategy.Type.Should().Be("Recreate", "two of them would write the same files");
        database.Containers[0].Args.Should().Contain(["--log-bin=binlog", "--binlog-format=ROW", "--sync-binlog=1"]);
        database.Volumes.Single(volume => volume.Name == "create-account").ConfigMap.DefaultMode.Should().Be(Convert.ToInt32("555", 8));
        foreach (var (pod, script, user) in new[] { (manifests.Pods["backup"], "backup.sh", "backup"), (manifests.Pods["binlog"], "ship-binlog.sh", "backup"), (restore, "restore.sh", "root") })
        {
            var container = pod.Spec.Containers.Single();
            container.Command.Take(2).Should().Equal("bash", $"/scripts/{script}");
            container.Image.Should().Be(database.Containers[0].Image, "the client that dumps and restores is the server's");
            container.Env.Single(setting => setting.Name == "DB_USER").Value.Should().Be(user);
            container.Env.Single(setting => setting.Name == "DB_NAME").Value.Should().Be(database.Containers[0].Env.Single(setting => setting.Name == "MARIADB_DATABASE").Value);
            container.VolumeMounts.Select(mount => mount.MountPath).Should().Equal("/scripts", "/backup", "/tmp");
            manifests.Named<V1ConfigMap>(pod.Spec.Volumes.Single(volume => volume.Name == "scripts").ConfigMap.Name).Data.Keys.Should()
                .BeEquivalentTo(Directory.GetFiles(Repository.File("deploy", "backup"), "*.sh").Select(Path.GetFileName));
            manifests.Of<V1PersistentVolumeClaim>().Should().Contain(claim => claim.Metadata.Name == pod.Spec.Volumes.Single(volume => volume.Name == "backup").PersistentVolumeClaim.ClaimName);
            pod.Metadata.Labels.Should().Contain(manifests.Named<V1NetworkPolicy>("backup").Spec.PodSelector.MatchLabels);
            pod.Spec.SecurityContext.Should().BeEquivalentTo(manifests.Pods["backup"].Spec.SecurityContext);
            container.SecurityContext.Should().BeEquivalentTo(manifests.Pods["backup"].Spec.Containers[0].SecurityContext);
        }
    }

    [KustomizeFact]
    public async Task The_operator_backs_up_the_cluster_each_night()
    {
        var manifests = await Manifests.OfAsync("production");
        var backup = manifests.Of<MariaDbBackup>().Single().Spec;

        backup.MariaDbRef["name"].Should().Be(manifests.Of<MariaDb>().Single().Metadata.Name);
        backup.Databases.Should().Equal(manifests.Of<MariaDb>().Single().Spec.Database);
        backup.Args.Should().Contain("--single-transaction", "a sale goes on meanwhile");
        backup.PodSecurityContext.RunAsNonRoot.Should().BeTrue();
        backup.SecurityContext.Capabilities.Drop.Should().Equal("ALL");
    }

    private static bool Matches(IDictionary<string, string> selector, V1PodTemplateSpec pod) => selector.All(pod.Metadata.Labels.Contains);

    private static IEnumerable<V1NetworkPolicyPeer> Peers(V1NetworkPolicy policy) =>
        (policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty ?? []).Concat((policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? []));
}
