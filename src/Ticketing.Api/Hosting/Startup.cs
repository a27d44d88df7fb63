using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Ticketing.Application.Events.SetReadOnly;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Api.Hosting;

/// <summary>The steps of starting the program.</summary>
internal static class Startup
{
    private const string DefaultUrl = "http://localhost:8000";

    /// <summary>Port 8000, unless <c>--urls</c>, <c>ASPNETCORE_URLS</c> or <c>ASPNETCORE_HTTP_PORTS</c> is set.</summary>
    public static void ListenOnDefaultPort(this WebApplicationBuilder builder)
    {
        string[] settings = ["urls", "http_ports", "https_ports", "Kestrel:Endpoints"];
        if (!settings.Any(setting => builder.Configuration.GetSection(setting) is { } section && (section.Value is not null || section.GetChildren().Any())))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
    }

    /// <summary>Limits that no client of this API exceeds.</summary>
    public static void LimitRequests(this WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;

        // Non-ASCII bytes must reach the validators, which answer a problem document; as invalid UTF-8, the server would answer a bare 400.
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
    });

    /// <summary>Waits for the database, and migrates its tables unless the settings leave that to <c>--migrate</c>.</summary>
    public static Task PrepareDatabaseAsync(this WebApplication app) =>
        app.Services.GetRequiredService<DatabaseStartup>().PrepareAsync(CancellationToken.None);

    /// <summary>Finds out whether the system is in maintenance, before the first order comes.</summary>
    public static Task ReadSwitchesAsync(this WebApplication app) => app.Services.GetRequiredService<IMaintenance>().ReadAsync(CancellationToken.None);

    /// <summary>Waits for the database and migrates its tables, whatever the settings are.</summary>
    public static async Task MigrateDatabaseAsync(this WebApplication app, bool finish)
    {
        var database = app.Services.GetRequiredService<DatabaseStartup>();
        await (finish ? database.FinishUpgradeAsync(CancellationToken.None) : database.MigrateAsync(CancellationToken.None));
        StartupLog.Migrated(app.Logger, database.Description);
    }

    /// <summary>Logs one line with the addresses, the database and what to open.</summary>
    public static void AnnounceWhenStarted(this WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var address = (addresses.FirstOrDefault() ?? DefaultUrl)
            .Replace("[::]", "localhost", StringComparison.Ordinal)
            .Replace("0.0.0.0", "localhost", StringComparison.Ordinal);
        StartupLog.Listening(app.Logger, string.Join(", ", addresses), app.Services.GetRequiredService<DatabaseStartup>().Description, address);
    });
}

internal static partial class StartupLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Addresses}, database: {Database}. Open {Address} for the page, {Address}/docs for the API")]
    public static partial void Listening(ILogger logger, string addresses, string database, string address);

    [LoggerMessage(2, LogLevel.Information, "The database is up to date: {Database}.")]
    public static partial void Migrated(ILogger logger, string database);

    [LoggerMessage(4, LogLevel.Warning, "The warm-up failed, so the first requests will be slow. {Reason}")]
    public static partial void NotWarm(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Information, "Shutdown requested; draining for {Seconds} s.")]
    public static partial void Draining(ILogger logger, double seconds);
}
