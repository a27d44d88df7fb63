using System.Net;
using Microsoft.Extensions.Options;
using Ticketing.Api.Access;

namespace Ticketing.Api.Lab;

/// <summary>The section <c>Lab</c> of the configuration: what is for learning, and puts load on the server.</summary>
public sealed class LabOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Lab";

    /// <summary>
    /// Whether races can be run, and faults caused. Without it, they can where <c>Security:Mode</c> is <c>Auto</c>, for those who sit at this machine: to a local host, and through no proxy.
    /// </summary>
    public bool? Enabled { get; set; }
}

/// <summary>Knows whether a request may use the lab.</summary>
internal sealed class LabAccess(IOptions<LabOptions> options, IOptions<SecurityOptions> security)
{
    /// <summary>A request that has one of these comes from elsewhere, whatever its connection says.</summary>
    private static readonly string[] _forwarding = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    public bool IsOpenTo(HttpContext context) =>
        options.Value.Enabled ?? (security.Value.Mode == SecurityMode.Auto && IsLocal(context) && !_forwarding.Any(context.Request.Headers.ContainsKey));

    /// <summary>The name as well as the connection: a page of another site may have a name of its own that leads here.</summary>
    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && (context.Request.Host.Host is "localhost" || (IPAddress.TryParse(context.Request.Host.Host.Trim('[', ']'), out var host) && IPAddress.IsLoopback(host)));
}
