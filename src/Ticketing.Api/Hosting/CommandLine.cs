namespace Ticketing.Api.Hosting;

/// <summary>What the program was asked to do, and the settings that were given with it.</summary>
/// <param name="Errand">What to do.</param>
/// <param name="Settings">The other arguments; the configuration would take the one behind a word without a value for that value.</param>
internal sealed record CommandLine(Errand Errand, string[] Settings)
{
    private const string Health = "--health";
    private const string Migrate = "--migrate";

    public static CommandLine Parse(string[] args) => new(
        args.Contains(Health) ? Errand.AskForHealth : args.Contains(Migrate) ? Errand.Migrate : Errand.Serve,
        [.. args.Where(argument => argument is not (Health or Migrate))]);
}

/// <summary>What the program can do.</summary>
internal enum Errand
{
    /// <summary>Serve until it is told to stop.</summary>
    Serve,

    /// <summary>Bring the database up to date, and leave.</summary>
    Migrate,

    /// <summary>Ask a running server how it is, and leave.</summary>
    AskForHealth,
}
