using System.Globalization;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Ticketing.Infrastructure;

namespace Ticketing.Api.Hosting;

/// <summary>Logs to the console, readable for whoever reads it there.</summary>
internal static class LoggingSetup
{
    private const string Template = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static void AddLogging(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<LogOptions>(LogOptions.Section);
        builder.Services.AddSerilog((services, logger) =>
        {
            var options = services.GetRequiredService<IOptions<LogOptions>>().Value;

            // The frameworks speak of every request and statement; what matters of that is in the metrics.
            var frameworks = options.Level < LogEventLevel.Information ? options.Level : LogEventLevel.Warning;
            logger
                .MinimumLevel.Is(options.Level)
                .MinimumLevel.Override("Microsoft", frameworks)
                .MinimumLevel.Override("MySqlConnector", frameworks)

                // EF Core logs a failed statement as an error before our code has decided whether it is one: a lost race is not.
                .MinimumLevel.Override("Microsoft.EntityFrameworkCore", frameworks == LogEventLevel.Warning ? LogEventLevel.Fatal : frameworks)

                // Says at length what ExitCode says in a line.
                .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", frameworks == LogEventLevel.Warning ? LogEventLevel.Fatal : frameworks)

                // Logs every exception that FaultHandler then explains.
                .MinimumLevel.Override("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", frameworks == LogEventLevel.Warning ? LogEventLevel.Fatal : frameworks)
                .Enrich.FromLogContext();

            if (IsJson(options.Format))
            {
                logger.WriteTo.Console(new RenderedCompactJsonFormatter());
            }
            else
            {
                logger.WriteTo.Console(outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture);
            }
        });
    }

    private static bool IsJson(LogFormat format) =>
        format == LogFormat.Json
        || (format == LogFormat.Auto && Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") == "true");
}
