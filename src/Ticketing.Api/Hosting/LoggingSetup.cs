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

            // The frameworks speak of every request and statement; what matters of that is in the metrics. And they call an error what our code
            // has yet to decide about (a lost race is none), or says in a line of its own.
            var verbose = options.Level < LogEventLevel.Information;
            var frameworks = verbose ? options.Level : LogEventLevel.Warning;
            var hasty = verbose ? options.Level : LogEventLevel.Fatal;
            logger
                .MinimumLevel.Is(options.Level)
                .MinimumLevel.Override("Microsoft", frameworks)
                .MinimumLevel.Override("Microsoft.EntityFrameworkCore", hasty)
                .MinimumLevel.Override("MySqlConnector", hasty)
                .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", hasty)
                .MinimumLevel.Override("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", hasty)

                // Whoever listens here has a scope and an activity made for each request; traces do not need it.
                .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", verbose ? options.Level : LevelAlias.Off)
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
        format == LogFormat.Json || (format == LogFormat.Auto && Container.IsAround);
}
