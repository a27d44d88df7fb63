namespace Ticketing.RaceLab.Systems;

/// <summary>How the lab starts a system.</summary>
public sealed record SystemSettings
{
    public ApiProgram Program { get; init; } = ApiProgram.Product;

    /// <summary>API processes on one database.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>False opens a new database connection for every use.</summary>
    public bool Pooling { get; init; } = true;

    /// <summary>Pool size of one process; null for the program's default.</summary>
    public int? MaxPoolSize { get; init; }

    /// <summary>Whether metrics and logs are on.</summary>
    public bool Telemetry { get; init; } = true;

    /// <summary>Whether callers are asked for a key.</summary>
    public bool AsksCallers { get; init; }

    /// <summary>Whether it has the lab's Redis, if the lab has one.</summary>
    public bool WithRedis { get; init; } = true;

    /// <summary>What stands before the API, as it is shipped.</summary>
    public Entrance Entrance { get; init; } = Entrance.None;

    /// <summary>As environment variables.</summary>
    public IReadOnlyDictionary<string, string?> ToVariables(string connectionString, string? redis)
    {
        var variables = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = connectionString,
            ["WarmUp__Seconds"] = ApiProgram.WarmUpSeconds, // not 0, as in the tests
        };
        if (redis is not null && WithRedis)
        {
            variables["ConnectionStrings__Redis"] = redis;
        }

        if (Replicas > 1 || Entrance != Entrance.None)
        {
            // As in the image: what shares a machine leaves its cores to others, and does not wait for work by spinning.
            variables["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
            variables["DOTNET_gcServer"] = "0";
        }

        if (!Pooling)
        {
            variables["Database__Pooling"] = "false";
        }

        if (MaxPoolSize is { } size)
        {
            variables["Database__MaxPoolSize"] = $"{size}";
        }

        if (AsksCallers)
        {
            variables["Security__Mode"] = "Keys";
            variables["RateLimit__KeyPerSecond"] = variables["RateLimit__KeyBurst"] = "1000000"; // one key has all the buyers
        }

        if (!Telemetry)
        {
            variables["Metrics__Enabled"] = "false";
            variables["Log__Level"] = "Fatal";
        }

        return variables;
    }
}

/// <summary>What stands before the API.</summary>
public enum Entrance
{
    /// <summary>Nothing: buyers ask the API itself.</summary>
    None,

    /// <summary>The edge: HAProxy.</summary>
    Edge,

    /// <summary>The front door: Nginx, and HAProxy behind it.</summary>
    FrontDoor,
}
