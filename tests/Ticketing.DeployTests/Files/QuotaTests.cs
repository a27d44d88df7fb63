using System.Globalization;
using k8s.Models;

namespace Ticketing.DeployTests.Files;

/// <summary>What the namespace may take, against what it needs.</summary>
[Trait("Run", "Full")]
public sealed class QuotaTests
{
    public static TheoryData<string> Overlays => KubernetesTests.Overlays;

    [KustomizeTheory]
    [MemberData(nameof(Overlays))]
    public async Task The_quota_has_room_for_a_release_at_the_autoscalers_maximum(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var quota = manifests.Of<V1ResourceQuota>().Single().Spec.Hard.ToDictionary(item => item.Key, item => item.Value.ToDecimal());
        var needed = new Needed(manifests.Of<V1LimitRange>().Single().Spec.Limits.Single(limit => limit.Type == "Container"));
        var autoscaler = manifests.Of<V2HorizontalPodAutoscaler>().Single().Spec;

        foreach (var deployment in manifests.Of<V1Deployment>())
        {
            var replicas = autoscaler.ScaleTargetRef.Name == deployment.Metadata.Name ? autoscaler.MaxReplicas : deployment.Spec.Replicas!.Value;
            var rolling = deployment.Spec.Strategy.RollingUpdate;

            // Old pods count while they drain, beside the new ones.
            needed.Add(deployment.Spec.Template, rolling is null ? replicas : (2 * replicas) + int.Parse(rolling.MaxSurge.Value, CultureInfo.InvariantCulture));
        }

        manifests.Of<V1StatefulSet>().ToList().ForEach(set => needed.Add(set.Spec.Template, set.Spec.Replicas!.Value));
        manifests.Of<V1Job>().Select(job => job.Spec.Template)
            .Concat(manifests.Of<V1CronJob>().Select(job => job.Spec.JobTemplate.Spec.Template))
            .Concat(manifests.Of<MariaDbBackup>().Select(backup => backup.Pod))
            .ToList().ForEach(pod => needed.Add(pod, 1));
        foreach (var database in manifests.Of<MariaDb>())
        {
            needed.Add(database.Pods["mariadb"], database.Spec.Replicas);
            needed.Add(database.Pods["exporter"], 2);
        }

        quota.Keys.Should().BeEquivalentTo(needed.Amounts.Keys, "a limit of the CPU would have to be in every pod");
        foreach (var (item, amount) in needed.Amounts)
        {
            quota[item].Should().BeInRange(amount, 1.5m * amount, "{0} is for a release and the operator's jobs, and not for an accident", item);
        }
    }

    private sealed class Needed(V1LimitRangeItem defaults)
    {
        public Dictionary<string, decimal> Amounts { get; } = new() { ["pods"] = 0, ["requests.cpu"] = 0, ["requests.memory"] = 0, ["limits.memory"] = 0 };

        public void Add(V1PodTemplateSpec pod, int count)
        {
            Amounts["pods"] += count;
            AddFigure("requests.cpu", container => Figure(container.Resources?.Requests, defaults.DefaultRequest, "cpu"));
            AddFigure("requests.memory", container => Figure(container.Resources?.Requests, defaults.DefaultRequest, "memory"));
            AddFigure("limits.memory", container => Figure(container.Resources?.Limits, defaults.DefaultProperty, "memory"));

            // Init containers run before the others, one at a time.
            void AddFigure(string item, Func<V1Container, decimal> figure) =>
                Amounts[item] += count * (pod.Spec.InitContainers ?? []).Select(figure).Append(pod.Spec.Containers.Sum(figure)).Max();
        }

        private static decimal Figure(IDictionary<string, ResourceQuantity>? own, IDictionary<string, ResourceQuantity> defaults, string resource) =>
            (own is not null && own.TryGetValue(resource, out var figure) ? figure : defaults[resource]).ToDecimal();
    }
}
