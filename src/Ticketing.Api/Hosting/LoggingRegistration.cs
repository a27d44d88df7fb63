using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Hosting;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;
using Ticketing.Api.Problems;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Hosting;

/// <summary>Logs to the console: text on a terminal, JSON in a container.</summary>
internal static class LoggingRegistration
{
    private const string Template = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static void AddLogging(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<LogOptions>(LogOptions.Section);
        builder.Services.AddOptions<LoggerFilterOptions>().Configure<IOptions<LogOptions>>((filter, options) => Choose(filter, options.Value));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Serilog.ILogger>(services => Write(services.GetRequiredService<IOptions<LogOptions>>().Value.Format));

        // A provider and not UseSerilog, whose logger factory makes a scope for each request: see docs/decisions/mvc-on-the-booking-route.md.
        builder.Services.AddSingleton<ILoggerProvider>(services => new SerilogLoggerProvider(services.GetRequiredService<Serilog.ILogger>()));
        builder.Services.AddSingleton<DiagnosticContext>();
    }

    /// <summary>With <c>Log:Level=Debug</c>, one line for each request, with the trace id that a problem document names.</summary>
    public static void UseRequestLogging(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<LogOptions>>().Value.Level <= LogEventLevel.Debug)
        {
            app.UseSerilogRequestLogging(requests =>
            {
                requests.Logger = app.Services.GetRequiredService<Serilog.ILogger>();
                requests.GetLevel = (_, _, _) => LogEventLevel.Debug;
                requests.MessageTemplate = "{RequestMethod} {RequestPath} was answered {StatusCode} in {Elapsed:0.0} ms, trace {Trace}";
                requests.EnrichDiagnosticContext = (line, context) => line.Set("Trace", ProblemWriter.TraceIdOf(context));
            });
        }
    }

    /// <summary>
    /// What is logged. The frameworks log every request and statement; the metrics cover what matters of that. They also log as errors what our code still
    /// has to decide about (a lost race is not an error), or logs itself.
    /// </summary>
    private static void Choose(LoggerFilterOptions filter, LogOptions options)
    {
        var level = LevelConvert.ToExtensionsLevel(options.Level);
        filter.MinLevel = level;
        if (options.Level < LogEventLevel.Information)
        {
            return;
        }

        filter.CaptureScopes = false; // MVC has one for each request, and no line of ours shows it
        Limit("Microsoft", LogLevel.Warning);
        foreach (var hasty in (string[])["Microsoft.EntityFrameworkCore", "MySqlConnector", "Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware"])
        {
            Limit(hasty, LogLevel.Critical);
        }

        // A listener here makes the server create an activity for each request; traces do not need it.
        Limit("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        void Limit(string category, LogLevel least) => filter.Rules.Add(new(null, category, least > level ? least : level, null));
    }

    /// <summary>The console, in the given format.</summary>
    private static Serilog.Core.Logger Write(LogFormat format)
    {
        var logger = new LoggerConfiguration().MinimumLevel.Verbose();
        return (IsJson(format)
            ? logger.WriteTo.Console(new RenderedCompactJsonFormatter())
            : logger.WriteTo.Console(outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture)).CreateLogger();
    }

    private static bool IsJson(LogFormat format) =>
        format == LogFormat.Json || (format == LogFormat.Auto && Container.IsRunningInContainer);
}

/// <summary>The section <c>Log</c> of the configuration.</summary>
public sealed class LogOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Log";

    /// <summary>The format of log lines. <see cref="LogFormat.Auto"/> uses JSON in a container and text elsewhere.</summary>
    [EnumDataType(typeof(LogFormat))]
    public LogFormat Format { get; set; } = LogFormat.Auto;

    /// <summary>The lowest level that is logged.</summary>
    [EnumDataType(typeof(LogEventLevel))]
    public LogEventLevel Level { get; set; } = LogEventLevel.Information;
}

/// <summary>The format of log lines.</summary>
public enum LogFormat
{
    /// <summary>JSON in a container, text elsewhere.</summary>
    Auto,

    /// <summary>For people.</summary>
    Text,

    /// <summary>One compact JSON object per line.</summary>
    Json,
}
