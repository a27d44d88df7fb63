using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>Who reaches whom, whose images run, and with which accounts.</summary>
[Trait("Run", "Full")]
public sealed class KubernetesAccessTests
{
    public static TheoryData<string> Overlays => KubernetesTests.Overlays;

    [KustomizeTheory]
    [InlineData("single-node", "http")]
    [InlineData("production", "https")]
    public async Task The_gateway_leads_to_the_frontend_and_in_production_over_TLS_alone(string overlay, string secured)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var gateway = manifests.Of<Gateway>().Single();
        var routes = manifests.Of<HttpRoute>().ToList();

        routes.SelectMany(route => route.Spec.ParentRefs).Should().OnlyContain(parent => parent.Name == gateway.Metadata.Name);
        gateway.Spec.Listeners.Select(listener => listener.Name).Should().BeEquivalentTo(routes.SelectMany(route => route.Spec.ParentRefs).Select(parent => parent.SectionName));
        foreach (var listener in gateway.Spec.Listeners)
        {
            var rules = routes.Where(route => route.Spec.ParentRefs.Single().SectionName == listener.Name).SelectMany(route => route.Spec.Rules).ToList();
            if (listener.Name == secured)
            {
                var backend = rules.SelectMany(rule => rule.BackendRefs).Should().ContainSingle().Which;
                manifests.Named<V1Service>(backend.Name).Spec.Ports.Should().ContainSingle(port => port.Port == backend.Port);
                new NetworkPolicies(manifests).AllowFromNamespace("envoy-gateway-system", backend.Name, backend.Port).Should().BeTrue("Envoy Gateway runs its proxies there");
            }
            else
            {
                rules.SelectMany(rule => rule.BackendRefs).Should().BeEmpty("{0} only redirects", listener.Name);
                rules.SelectMany(rule => rule.Filters).Should().ContainSingle().Which.RequestRedirect!.Scheme.Should().Be(secured);
            }
        }

        var listeners = gateway.Spec.Listeners.Where(listener => listener.Protocol == "HTTPS").ToList();
        listeners.Select(listener => listener.Name).Should().Equal(secured == "https" ? ["https"] : []);
        foreach (var listener in listeners)
        {
            listener.Tls!.CertificateRefs.Should().ContainSingle().Which.Name.Should().Be("ticketing-tls");
            routes.Should().OnlyContain(route => route.Spec.Hostnames.Single() == listener.Hostname);
        }
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task Every_pod_reaches_what_it_calls_and_nothing_else_reaches_the_database(string overlay)
    {
        var policies = new NetworkPolicies(await Manifests.OfAsync(overlay));

        policies.Allow("frontend", "edge", 8001).Should().BeTrue();
        policies.Allow("edge", "backend", 8000).Should().BeTrue();
        policies.Allow("backend", "mariadb", 3306).Should().BeTrue();
        policies.Allow("backend", "redis", 6379).Should().BeTrue();
        policies.Allow("migrate", "mariadb", 3306).Should().BeTrue();
        policies.AllowFromNamespace("monitoring", "backend", 9464).Should().BeTrue();
        policies.AllowFromNamespace("monitoring", "edge", 8404).Should().BeTrue();
        policies.Allow("frontend", "mariadb", 3306).Should().BeFalse();
        policies.Allow("edge", "redis", 6379).Should().BeFalse();
        policies.AllowFromNamespace("envoy-gateway-system", "backend", 8000).Should().BeFalse();
        policies.AllowToNamespace("backend", "monitoring", 4317).Should().BeFalse("no collector is named");
    }

    [KustomizeFact]
    public async Task Prometheus_reaches_the_exporter_of_the_database_and_the_exporter_the_database()
    {
        var manifests = await Manifests.OfAsync("production");
        var policies = new NetworkPolicies(manifests);

        policies.AllowFromNamespace("monitoring", "exporter", manifests.Of<MariaDb>().Single().Spec.Metrics.Exporter.Port).Should().BeTrue();
        policies.Allow("exporter", "mariadb", 3306).Should().BeTrue();
        policies.AllowFromNamespace("monitoring", "mariadb", 3306).Should().BeFalse("Prometheus does not ask the database itself");
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task With_the_component_for_traces_the_backend_knows_and_reaches_the_collector(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay, "tracing");
        var settings = manifests.SettingsOf("backend");
        var collector = new Uri(settings["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var place = collector.Host.Split('.', 3);

        place[2].Should().Be("svc.cluster.local");
        new NetworkPolicies(manifests).AllowToNamespace("backend", place[1], collector.Port).Should().BeTrue();
        (await File.ReadAllTextAsync(Repository.File("src", "Ticketing.Api", "Hosting", "TelemetryRegistration.cs"))).Should().Contain("\"OTEL_EXPORTER_OTLP_ENDPOINT\"");
        await Settings.ShouldBeKnownAsync(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task Nobody_elses_image_can_be_pulled(string overlay)
    {
        var containers = (await Manifests.OfAsync(overlay)).AllPods.Values
            .SelectMany(pod => pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? [])).Where(container => container.Image is not null).ToList();

        containers.Where(container => ContainerImage.IsOurs(container.Image)).Should().HaveCount(4, "the backend's is used twice");
        foreach (var container in containers)
        {
            ContainerImage.ShouldBePinned(container.Image);
            ContainerImage.ShouldBeNobodyElses(container.Image);

            // A name under localhost is that of an image that was loaded into the node. No registry is asked for it.
            (container.ImagePullPolicy == "Never").Should().Be(container.Image.StartsWith("localhost/", StringComparison.Ordinal), container.Image);
        }
    }

    /// <summary>deploy/README.md says so; it would not be true with the tag <c>latest</c>, or with <c>Always</c>.</summary>
    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task A_restart_runs_the_image_that_the_node_has(string overlay)
    {
        var containers = (await Manifests.OfAsync(overlay)).Pods.Values.SelectMany(pod => pod.Spec.Containers).ToList();

        containers.Should().NotContain(container => container.ImagePullPolicy == "Always")
            .And.NotContain(container => container.Image.EndsWith(":latest", StringComparison.Ordinal) || !container.Image.Contains(':', StringComparison.Ordinal));
        (await File.ReadAllTextAsync(Repository.File("deploy", "README.md"))).Should().Contain("`kubectl rollout restart` starts new pods with the image that the node already has");
    }

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task The_replicas_and_the_migrations_have_accounts_of_their_own(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var serving = Account("backend");
        var migrating = Account("migrate");

        serving.User.Should().NotBe(migrating.User);
        serving.Key.Should().NotBe(migrating.Key, "who reads one password must not know the other");
        if (manifests.Of<MariaDb>().SingleOrDefault() is { } database)
        {
            manifests.Of<DatabaseUser>().Select(user => (user.Spec.Name, user.Spec.PasswordSecretKeyRef.Key)).Should().BeEquivalentTo([serving, migrating]);
            manifests.Of<DatabaseUser>().Should().OnlyContain(user => user.Spec.MariaDbRef.Name == database.Metadata.Name);
            var grants = manifests.Of<DatabaseGrant>().ToDictionary(grant => grant.Spec.Username, grant => grant.Spec);
            grants[serving.User].Privileges.Should().Equal(ServingPrivileges(), "they are those of the other deployments, which are tried on a real server");
            grants[migrating.User].Privileges.Should().Contain(["CREATE", "ALTER", "INDEX"]);
            grants.Values.Should().OnlyContain(grant => grant.Database == manifests.SettingsOf("backend")["DB_NAME"] && grant.Database == database.Spec.Database && grant.Table == "*");
        }
        else
        {
            // The image gives MARIADB_USER all rights in the database; the script makes the other account.
            var server = manifests.Pods["mariadb"].Spec.Containers[0].Env.ToDictionary(one => one.Name);
            (server["MARIADB_USER"].Value, server["MARIADB_PASSWORD"].ValueFrom.SecretKeyRef.Key).Should().Be(migrating);
            (server["SERVING_USER"].Value, server["SERVING_PASSWORD"].ValueFrom.SecretKeyRef.Key).Should().Be(serving);
            manifests.Named<V1ConfigMap>(manifests.Pods["mariadb"].Spec.Volumes.Single(volume => volume.Name == "accounts").ConfigMap.Name)
                .Data.Keys.Should().Equal("accounts.sh");
        }

        (string User, string Key) Account(string workload)
        {
            var env = manifests.Pods[workload].Spec.Containers[0].Env.ToDictionary(one => one.Name);
            return (env.TryGetValue("DB_USER", out var user) ? user.Value : manifests.SettingsOf(workload)["DB_USER"], env["DB_PASSWORD"].ValueFrom.SecretKeyRef.Key);
        }
    }

    [KustomizeFact]
    public async Task The_connections_of_all_replicas_fit_into_their_account_and_all_accounts_into_the_database()
    {
        var manifests = await Manifests.OfAsync("production");
        var replicas = manifests.Of<V2HorizontalPodAutoscaler>().Single().Spec.MaxReplicas;
        var settings = manifests.SettingsOf("backend");
        var pools = int.Parse(settings["Database__MaxPoolSize"], CultureInfo.InvariantCulture) + int.Parse(settings["Database__MaxReadPoolSize"], CultureInfo.InvariantCulture);
        var user = manifests.Of<DatabaseUser>().Single(user => user.Spec.Name == settings["DB_USER"]).Spec;
        var server = int.Parse(Regex.Match(manifests.Of<MariaDb>().Single().Spec.MyCnf, @"max_connections=(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
        const int forTheOperatorAndTheExporter = 10;
        const int outsideThePools = 1; // with which a replica finds out whether the database is available

        (replicas * (pools + outsideThePools)).Should().BeLessThanOrEqualTo(user.MaxUserConnections, "the operator allows {0} no more", user.Name);
        manifests.Of<DatabaseUser>().Sum(one => one.Spec.MaxUserConnections).Should().BeLessThanOrEqualTo(server - forTheOperatorAndTheExporter);
    }

    /// <summary>What the account of the replicas may do, by the script that the other deployments run.</summary>
    private static string[] ServingPrivileges() =>
        Regex.Match(File.ReadAllText(Repository.File("deploy", "mariadb", "accounts.sh")), "^GRANT (.+) ON ", RegexOptions.Multiline).Groups[1].Value.Split(", ");
}
