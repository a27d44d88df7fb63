using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Ticketing.Api.Hosting;

/// <summary>Where the server reaches itself.</summary>
internal static class ServerAddress
{
    /// <summary>The server's own address; null if it supports only TLS, because the certificate is not for this address, and before it listens.</summary>
    /// <param name="server">The server.</param>
    /// <param name="metrics">The port of these is not the API's.</param>
    public static Uri? OwnAddress(this IServer server, MetricsOptions metrics) => server.Features.Get<IServerAddressesFeature>()?.Addresses
        .Where(address => address.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        .Select(BindingAddress.Parse)
        .Where(address => address.Port != metrics.Port)
        .Select(address => new UriBuilder("http", address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : address.Host, address.Port).Uri)
        .FirstOrDefault();
}
