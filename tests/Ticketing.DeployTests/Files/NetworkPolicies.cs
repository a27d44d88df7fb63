using System.Globalization;
using k8s.Models;

namespace Ticketing.DeployTests.Files;

/// <summary>Who may call whom, by the network policies of an overlay: https://kubernetes.io/docs/concepts/services-networking/network-policies/.</summary>
internal sealed class NetworkPolicies(Manifests manifests)
{
    private readonly List<V1NetworkPolicy> _policies = [.. manifests.Of<V1NetworkPolicy>()];

    /// <summary>Whether a pod of ours may call another, by both ends' policies.</summary>
    public bool Allow(string from, string to, int port) =>
        Sends(from, port, peer => peer.NamespaceSelector is null && Selects(peer.PodSelector, to))
        && Receives(to, port, peer => peer.NamespaceSelector is null && Selects(peer.PodSelector, from));

    /// <summary>Whether the pods of another namespace may call one of ours.</summary>
    public bool AllowFromNamespace(string from, string to, int port) => Receives(to, port, peer => IsNamespace(peer, from));

    /// <summary>Whether a pod of ours may call the pods of another namespace.</summary>
    public bool AllowToNamespace(string from, string to, int port) => Sends(from, port, peer => IsNamespace(peer, to));

    private bool Receives(string pod, int port, Func<V1NetworkPolicyPeer, bool> matches) =>
        For(pod, "Ingress").SelectMany(policy => policy.Spec.Ingress ?? []).Any(rule => Opens(rule.Ports, port) && Reaches(rule.FromProperty, matches));

    private bool Sends(string pod, int port, Func<V1NetworkPolicyPeer, bool> matches) =>
        For(pod, "Egress").SelectMany(policy => policy.Spec.Egress ?? []).Any(rule => Opens(rule.Ports, port) && Reaches(rule.To, matches));

    /// <summary>The policies that bind a pod in one direction. There is always one, which denies everything.</summary>
    private List<V1NetworkPolicy> For(string pod, string direction)
    {
        var policies = _policies.Where(policy => policy.Spec.PolicyTypes.Contains(direction) && Selects(policy.Spec.PodSelector, pod)).ToList();
        policies.Should().Contain(policy => policy.Metadata.Name == "nothing-by-default");
        return policies;
    }

    private static bool Opens(IList<V1NetworkPolicyPort>? ports, int port) =>
        ports is null || ports.Any(one => one.Port.Value == port.ToString(CultureInfo.InvariantCulture));

    private static bool Reaches(IList<V1NetworkPolicyPeer>? peers, Func<V1NetworkPolicyPeer, bool> matches) => peers is null || peers.Any(matches);

    private static bool Selects(V1LabelSelector? selector, string pod) =>
        selector is not null && (selector.MatchLabels ?? new Dictionary<string, string>()).All(label => label is { Key: "app.kubernetes.io/name", Value: var name } && name == pod);

    private static bool IsNamespace(V1NetworkPolicyPeer peer, string name) =>
        peer is { PodSelector: null, NamespaceSelector.MatchLabels: { } labels } && labels["kubernetes.io/metadata.name"] == name;
}
