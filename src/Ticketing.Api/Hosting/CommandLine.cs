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
    private const string CreateKey = "--create-key";

    public static CommandLine Parse(string[] args) => new(
        args.Contains(Help) || args.Contains("-h") || args.Contains("-?") ? RunMode.Help
            : args.Contains(CreateKey) ? RunMode.CreateKey
            : args.Contains(Health) ? RunMode.CheckHealth
            : args.Contains(Finish) ? RunMode.FinishUpgrade
            : args.Contains(Migrate) ? RunMode.Migrate
            : RunMode.Serve,
        [.. args.Where((argument, i) => argument is not (Health or Migrate or Finish or CreateKey) && args.ElementAtOrDefault(i - 1) != CreateKey)]);

    /// <summary>The word after <c>--create-key</c>; null if there is none.</summary>
    public static string? RoleIn(string[] args) => args.SkipWhile(argument => argument != CreateKey).ElementAtOrDefault(1);
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

    /// <summary>Create a key, print it, and exit.</summary>
    CreateKey,

    /// <summary>Check the health of a running server, and exit.</summary>
    CheckHealth,
}
