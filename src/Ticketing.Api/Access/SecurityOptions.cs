using System.ComponentModel.DataAnnotations;
using System.Net;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Access;

/// <summary>The section <c>Security</c> of the configuration.</summary>
public sealed class SecurityOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Security";

    /// <summary>Who may call the API.</summary>
    [EnumDataType(typeof(SecurityMode))]
    public SecurityMode Mode { get; set; } = SecurityMode.Auto;

    /// <summary>The issuer of the buyers' tokens.</summary>
    public JwtOptions Jwt { get; set; } = new();

    /// <summary>Whether callers are asked who they are.</summary>
    /// <exception cref="InvalidSettingException">The program would listen on a public address, and nobody has said whether it may do so.</exception>
    internal bool AsksCallers(IConfiguration configuration)
    {
        if (Mode == SecurityMode.Auto && Addresses(configuration).FirstOrDefault(address => !IsLoopback(address)) is { } reachable)
        {
            throw new InvalidSettingException(
                $"{Section}:{nameof(Mode)}",
                $"Others can reach {reachable}. Say whether they need a key: Keys, or Open to let everybody do everything.");
        }

        return Mode == SecurityMode.Keys;
    }

    /// <summary>Where the server is told to listen. The names are ASP.NET Core's.</summary>
    private static IEnumerable<string> Addresses(IConfiguration configuration) =>
        Split(configuration[WebHostDefaults.ServerUrlsKey])
            .Concat(Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"))
            .Concat(Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"))
            .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>());

    private static string[] Split(string? list) => list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}

/// <summary>The issuer of the buyers' tokens, such as Keycloak: anything that speaks OpenID Connect.</summary>
public sealed class JwtOptions
{
    /// <summary>The address of the issuer, below which its discovery document is found. Without it, there are no buyers.</summary>
    public string? Authority { get; set; }

    /// <summary>For whom the tokens must be made.</summary>
    public string? Audience { get; set; }

    /// <summary>The claim with the buyer's <c>user_id</c>.</summary>
    [Required]
    public string UserIdClaim { get; set; } = "sub";
}

/// <summary>Who may call the API.</summary>
public enum SecurityMode
{
    /// <summary><see cref="Open"/> while only this machine can reach it; on any other address, the program does not start.</summary>
    Auto,

    /// <summary>Nobody is asked.</summary>
    Open,

    /// <summary>Programs show a key, buyers a token.</summary>
    Keys,
}
