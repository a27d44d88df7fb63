using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Api.Hosting;

/// <summary>The steps of a start.</summary>
internal static class Startup
{
    private const string DefaultUrl = "http://localhost:8000";

    /// <summary>Port 8000, unless <c>--urls</c>, <c>ASPNETCORE_URLS</c> or <c>ASPNETCORE_HTTP_PORTS</c> says otherwise.</summary>
    public static void ListenOnDefaultPort(this WebApplicationBuilder builder)
    {
        string[] settings = ["urls", "http_ports", "https_ports", "Kestrel:Endpoints"];
        if (!settings.Any(setting => builder.Configuration.GetSection(setting) is { } section && (section.Value is not null || section.GetChildren().Any())))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
    }

    /// <summary>Refuses what no client of this API needs.</summary>
    public static void LimitRequests(this WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;

        // Bytes beyond ASCII must reach the validators, which answer with a problem document; as bad UTF-8 they would end in the server's bare 400.
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
    });

    /// <summary>A wrong value stops the program before anything else happens.</summary>
    public static void CheckSettings(this WebApplication app) => app.Services.GetService<IStartupValidator>()?.Validate();

    /// <summary>Waits for the database and, unless the settings leave that to <c>--migrate</c>, brings its tables up to date.</summary>
    public static Task PrepareDatabaseAsync(this WebApplication app) =>
        app.Services.GetRequiredService<DatabaseStartup>().PrepareAsync(CancellationToken.None);

    /// <summary>Waits for the database and brings its tables up to date, whatever the settings say.</summary>
    public static async Task MigrateDatabaseAsync(this WebApplication app)
    {
        var database = app.Services.GetRequiredService<DatabaseStartup>();
        await database.MigrateAsync(CancellationToken.None);
        StartupLog.Migrated(app.Logger, database.Description);
    }

    /// <summary>One line that says where it listens, on what it works and what to try next.</summary>
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

    [LoggerMessage(4, LogLevel.Warning, "The program could not send requests to itself, so the first ones will be slow. {Reason}")]
    public static partial void NotWarm(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Information, "Told to stop: not ready any more, and serving for {Seconds} s yet.")]
    public static partial void Draining(ILogger logger, double seconds);
}
