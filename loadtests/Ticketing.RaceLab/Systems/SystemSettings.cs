namespace Ticketing.RaceLab.Systems;

/// <summary>How a system of our own is started.</summary>
public sealed record SystemSettings
{
    public ApiProgram Program { get; init; } = ApiProgram.Product;

    /// <summary>Processes on one database.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>False opens a database connection for every use.</summary>
    public bool Pooling { get; init; } = true;

    /// <summary>Database connections of one process; null leaves the program's default.</summary>
    public int? MaxPoolSize { get; init; }

    /// <summary>Metrics, and log lines.</summary>
    public bool Telemetry { get; init; } = true;

    /// <summary>As environment variables.</summary>
    public IReadOnlyDictionary<string, string?> ToVariables(string connectionString, string? redis)
    {
        var variables = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = connectionString,
            ["WarmUp__Seconds"] = ApiProgram.WarmUpSeconds, // and not 0, as in tests
        };
        if (redis is not null)
        {
            variables["ConnectionStrings__Redis"] = redis;
        }

        if (!Pooling)
        {
            variables["Database__Pooling"] = "false";
        }

        if (MaxPoolSize is { } size)
        {
            variables["Database__MaxPoolSize"] = $"{size}";
        }

        if (!Telemetry)
        {
            variables["Metrics__Enabled"] = "false";
            variables["Log__Level"] = "Fatal";
        }

        return variables;
    }
}
