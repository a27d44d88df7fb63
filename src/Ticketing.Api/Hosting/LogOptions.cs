using System.ComponentModel.DataAnnotations;
using Serilog.Events;

namespace Ticketing.Api.Hosting;

/// <summary>The section <c>Log</c> of the configuration.</summary>
public sealed class LogOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Log";

    /// <summary>How lines look. <see cref="LogFormat.Auto"/> takes JSON in a container and text elsewhere.</summary>
    [EnumDataType(typeof(LogFormat))]
    public LogFormat Format { get; set; } = LogFormat.Auto;

    /// <summary>The least important level that is written.</summary>
    [EnumDataType(typeof(LogEventLevel))]
    public LogEventLevel Level { get; set; } = LogEventLevel.Information;
}

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    /// <summary>JSON in a container, text elsewhere.</summary>
    Auto,

    /// <summary>For people.</summary>
    Text,

    /// <summary>One compact JSON object a line, for machines.</summary>
    Json,
}
