using System.Globalization;
using Microsoft.Extensions.Options;
using Ticketing.Api.Access;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Hosting;

/// <summary>The settings as a whole: their list for <c>--help</c>, and the check that none is misspelt or invalid.</summary>
internal static class Settings
{
    /// <summary>Those that ASP.NET Core and this program read outside a section of their own.</summary>
    private static readonly string[] _others =
    [
        WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey, WebHostDefaults.EnvironmentKey, WebHostDefaults.ContentRootKey,
        WebHostDefaults.WebRootKey, WebHostDefaults.ApplicationKey, WebHostDefaults.DetailedErrorsKey, WebHostDefaults.PreferHostingUrlsKey,
        WebHostDefaults.ShutdownTimeoutKey, WebHostDefaults.HostingStartupAssembliesKey, WebHostDefaults.PreventHostingStartupKey,
        "DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME",
    ];

    /// <summary>Sections of the frameworks.</summary>
    private static readonly string[] _otherSections = ["ConnectionStrings", "Kestrel", "Logging", "AllowedHosts"];

    /// <summary>Stops the program if a setting is unknown or invalid, before anything else happens.</summary>
    /// <exception cref="InvalidSettingException">An argument names no setting.</exception>
    /// <exception cref="OptionsValidationException">A value is invalid.</exception>
    public static void CheckSettings(this WebApplication app, IEnumerable<string> arguments)
    {
        var sections = app.Services.GetServices<SettingsSection>().Select(section => section.Name).Concat(_otherSections).ToList();
        foreach (var argument in arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal)))
        {
            // An unknown name in a known section stops the program when the section is bound.
            var name = argument.Split('=')[0];
            if (!Contains(sections, name[2..].Split(':')[0]) && !Contains(_others, name[2..]))
            {
                throw new InvalidSettingException(name, "There is no such setting. --help lists them.");
            }
        }

        app.Services.GetService<IStartupValidator>()?.Validate();
    }

    /// <summary>Prints what the program can be told.</summary>
    public static void PrintHelp(this WebApplication app)
    {
        Console.WriteLine(
            """
            Ticketing sells concert tickets under contention.

            Ticketing.Api [--Section:Setting=value ...]   serve until shutdown; Ctrl-C ends it
            Ticketing.Api --migrate                       migrate the database, and exit
            Ticketing.Api --migrate --finish              also finish the upgrade, once no replica of the previous version is left
            Ticketing.Api --create-key ROLE               create a key for an admin, an organizer or a seller, print it, and exit
            Ticketing.Api --health                        ask a running server for its health, and exit
            Ticketing.Api --help                          print this, and exit

            Settings and their defaults; as environment variables with __ in place of the colon. README.md explains them.

              --urls = http://localhost:8000
              --ConnectionStrings:Ticketing =
              --ConnectionStrings:TicketingReads =
              --ConnectionStrings:Redis =
              --DB_HOST, --DB_PORT, --DB_USER, --DB_PASSWORD, --DB_NAME =
            """);
        foreach (var (section, type) in app.Services.GetServices<SettingsSection>().OrderBy(section => section.Name, StringComparer.Ordinal))
        {
            PrintDefaults(section, Activator.CreateInstance(type)!);
        }
    }

    private static void PrintDefaults(string section, object defaults)
    {
        foreach (var setting in defaults.GetType().GetProperties().Where(property => property.CanWrite))
        {
            var value = setting.GetValue(defaults);
            if (value is JwtOptions)
            {
                PrintDefaults($"{section}:{setting.Name}", value);
            }
            else
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  --{section}:{setting.Name} = {value}"));
            }
        }
    }

    private static bool Contains(IEnumerable<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
