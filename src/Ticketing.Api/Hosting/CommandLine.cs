namespace Ticketing.Api.Hosting;

/// <summary>The run mode of the program, and the settings of its command line.</summary>
/// <param name="Mode">What to do.</param>
/// <param name="Settings">The other arguments. The configuration must not see the mode: it would take the next argument as its value.</param>
internal sealed record CommandLine(RunMode Mode, string[] Settings)
{
    private const string Help = "--help";
    private const string Health = "--health";
    private const string Migrate = "--migrate";
    private const string Finish = "--finish";

    public static CommandLine Parse(string[] args) => new(
        args.Contains(Help) || args.Contains("-h") || args.Contains("-?") ? RunMode.Help
            : args.Contains(Health) ? RunMode.CheckHealth
            : args.Contains(Finish) ? RunMode.FinishUpgrade
            : args.Contains(Migrate) ? RunMode.Migrate
            : RunMode.Serve,
        [.. args.Where(argument => argument is not (Health or Migrate or Finish))]);
}

/// <summary>The run modes of the program.</summary>
internal enum RunMode
{
    /// <summary>Serve until shutdown.</summary>
    Serve,

    /// <summary>List the modes and the settings, and exit.</summary>
    Help,

    /// <summary>Migrate the database, and exit.</summary>
    Migrate,

    /// <summary>Migrate the database, count what only the new version counts, and exit.</summary>
    FinishUpgrade,

    /// <summary>Check the health of a running server, and exit.</summary>
    CheckHealth,
}
