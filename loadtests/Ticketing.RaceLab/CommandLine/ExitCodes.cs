namespace Ticketing.RaceLab.CommandLine;

/// <summary>Exit codes of the lab.</summary>
public static class ExitCodes
{
    /// <summary>Measured; all invariants hold.</summary>
    public const int Success = 0;

    /// <summary>An invariant is broken, or a ratio misses its goal.</summary>
    public const int Broken = 1;

    /// <summary>Nothing could be measured: an option is invalid, or something is missing.</summary>
    public const int CannotRun = 2;
}
